#include <QTest>
#include <cmath>

#include "tests/support/test_program.h"
#include "tests/ui/support/session_fixture.h"
#include "ui/distribution/choose_by.h"
#include "ui/distribution/slider_scale.h"
#include "ui/session/session.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;

class TestChooseBy : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void another_way_selects_the_same_pairs() {
        Session session;
        session.set_model(demo_opened_model());
        for (const double threshold : {0.98, 0.9, 0.5, 0.2}) {
            session.choose_threshold(threshold);
            const Choices before = session.choices();
            const auto pairs = session.summary().pairs;
            for (const SelectBy way :
                 {SelectBy::closest, SelectBy::percentile, SelectBy::threshold}) {
                session.choose(
                    chosen_by(session.choices(), way, session.similarities(), session.threshold()),
                    QStringLiteral("way"));
                QCOMPARE(session.choices().select_by, way);
                QCOMPARE(session.summary().pairs, pairs);
            }
            QCOMPARE(session.choices().threshold, before.threshold);  // there and back
        }
    }

    void a_new_threshold_is_a_round_number() {
        Session session;
        session.set_model(demo_opened_model());
        Choices choices = session.choices();
        choices.select_by = SelectBy::closest;
        choices.closest = 7;
        choices.threshold = 0.1;
        session.choose(choices, QStringLiteral("closest"));
        const Choices by_threshold = chosen_by(session.choices(), SelectBy::threshold,
                                               session.similarities(), session.threshold());
        session.choose(by_threshold, QStringLiteral("threshold"));
        QCOMPARE(session.summary().pairs, 7);
    }

    void thresholds_of_layers_come_back_as_they_were() {
        Session session;
        session.set_model(demo_opened_model());
        Choices choices = session.choices();
        choices.select_by = SelectBy::per_layer;
        choices.layer_thresholds = {{1, 0.9}, {3, 0.5}};
        session.choose(choices, QStringLiteral("layers"));
        const auto pairs = static_cast<std::size_t>(session.summary().pairs);
        const auto& falling = session.similarities();
        const Choices closest = chosen_by(session.choices(), SelectBy::closest, falling,
                                          threshold_of_closest(falling, pairs));
        QCOMPARE(closest.closest, static_cast<int>(pairs));
        session.choose(closest, QStringLiteral("closest"));
        const Choices back =
            chosen_by(session.choices(), SelectBy::per_layer, falling, session.threshold());
        QCOMPARE(back.select_by, SelectBy::per_layer);
        QCOMPARE(back.layer_thresholds, choices.layer_thresholds);
    }

    void without_similarities_only_the_way_changes() {
        const Choices changed = chosen_by({}, SelectBy::closest, {}, 0.98);
        QCOMPARE(changed.select_by, SelectBy::closest);
        QCOMPARE(changed.closest, Choices{}.closest);
    }

    void scale_goes_there_and_back() {
        Session session;
        session.set_model(demo_opened_model());
        for (const SelectBy way : {SelectBy::threshold, SelectBy::percentile, SelectBy::closest}) {
            const SliderScale scale(way, session.similarities());
            double last = scale.value_at(scale.minimum());
            for (int position = scale.minimum(); position <= scale.maximum(); ++position) {
                const double value = scale.value_at(position);
                QVERIFY(value >= last);
                last = value;
                // Another position may stand for the same value, but for no other.
                QCOMPARE(scale.value_at(scale.position_of(value)), value);
            }
        }
    }

    void scale_ends() {
        Session session;
        session.set_model(demo_opened_model());
        const auto& falling = session.similarities();
        const SliderScale threshold(SelectBy::threshold, falling);
        QCOMPARE(threshold.value_at(threshold.maximum()), 1.0);
        QVERIFY(threshold.value_at(threshold.minimum()) <= falling.back());
        QVERIFY(threshold.value_at(threshold.minimum()) > falling.back() - 0.0002);
        QCOMPARE(threshold.position_of(-1.0), threshold.minimum());
        QCOMPARE(threshold.position_of(0.98), 9800);
        const SliderScale percentile(SelectBy::percentile, falling);
        QCOMPARE(percentile.value_at(percentile.minimum()), 0.0);
        QCOMPARE(percentile.value_at(percentile.maximum()), 100.0);
        const SliderScale closest(SelectBy::closest, falling);
        QCOMPARE(closest.value_at(closest.minimum()), 0.0);
        QCOMPARE(closest.value_at(closest.maximum()), 720.0);
    }
};

HEADSCOPE_TEST(TestChooseBy)
#include "test_choose_by.moc"
