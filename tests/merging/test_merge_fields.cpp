#include <QTest>
#include <set>

#include "core/merging/merge_fields.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

class TestMergeFields : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_rule_is_its_texts() {
        for (const MergeField& field : merge_fields()) {
            MergeRule rule;
            field.set(rule, field.default_text());
            QVERIFY2(rule == MergeRule(), field.name.c_str());
            std::set<std::string> texts;
            for (const std::string& value : field.values) {
                field.set(rule, value);
                QCOMPARE(field.text(rule), value);
                texts.insert(field.text(rule));
            }
            QCOMPARE(texts.size(), field.values.size());
        }
    }

    /// No two options are one member.
    void an_option_changes_itself_alone() {
        for (const MergeField& field : merge_fields()) {
            MergeRule rule;
            std::string value = field.flag ? "true" : "3:0-1";
            if (field.name == "remove" || field.name == "exclude") value = "3:0,1";
            if (field.number) value = "1";  // both as a count and as a rate
            if (!field.values.empty()) value = field.values.back();
            field.set(rule, value);
            QVERIFY2(field.text(rule) != field.default_text(), field.name.c_str());
            for (const MergeField& other : merge_fields()) {
                if (other.name != field.name) QCOMPARE(other.text(rule), other.default_text());
            }
        }
    }

    void unknown_values_are_quoted() {
        for (const MergeField& field : merge_fields()) {
            if (field.values.empty()) continue;
            MergeRule rule;
            const std::string error = error_of([&] { field.set(rule, "nonsense"); });
            QVERIFY2(contains(error, "nonsense"), error.c_str());
        }
    }

    void what_one_whole_plan_does_can_be_left_out() {
        MergeRule rule;
        rule.align = Alignment::weights;
        const MergeRule kept = rule;
        rule.groups = parse_groups("3:0-1");
        rule.removal = parse_removal("heads:25%");
        rule.excluded = parse_heads("3:7");
        rule.refit.refit = Refit::output;
        QVERIFY(without_whole_plan(rule) == kept);
    }

    void phrases_name_what_is_not_the_default() {
        MergeRule rule;
        QCOMPARE(merge_phrases(rule), std::string());
        rule.align = Alignment::weights;
        rule.rescale = true;
        QCOMPARE(merge_phrases(rule), std::string(", aligned by weights, rescaled"));
    }
};

HEADSCOPE_TEST(TestMergeFields)
#include "test_merge_fields.moc"
