#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "tests/support/synthetic_results.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"
#include "ui/charts/chart_files.h"
#include "ui/charts/chart_list.h"

using namespace headscope;
using namespace headscope::testing;
using namespace headscope::ui;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const Analysis> analysis() {
    return std::make_shared<const Analysis>(synthetic_analysis({.layers = 3}, {0.9}));
}

}  // namespace

class TestChartFiles : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_file_is_an_image_of_its_size() {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "new";
        std::vector<std::int64_t> done;
        const WrittenCharts written =
            write_charts(analysis(), path, {1}, [&](const Progress& progress) {
                QCOMPARE(progress.total, 2 + 3 + 3);
                done.push_back(progress.done);
            });
        QCOMPARE(written.files.size(), std::size_t{8});
        QCOMPARE(done.size(), std::size_t{8});
        QCOMPARE(done.back(), 8);
        for (const Chart& chart : charts_of(analysis())) {
            const QImage image(QString::fromStdString((path / chart.file).string()));
            QCOMPARE(image.size(), chart.size * kChartScale);
        }
        // Nothing else: no temporary files are left.
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(path))
            count += entry.is_regular_file() ? 1 : 0;
        QCOMPARE(count, std::size_t{8});
    }

    void the_report_gets_light_and_dark_images() {
        const QTemporaryDir folder;
        const WrittenCharts written = write_charts(analysis(), folder.path().toStdString(), {1});
        QCOMPARE(written.images.sections.size(), std::size_t{1});
        QCOMPARE(written.images.sections[0].size(), std::size_t{3});
        QCOMPARE(written.images.similarity.size(), std::size_t{3});  // a heatmap, not three
        for (const ReportImage& image : written.images.sections[0]) {
            for (const std::string& png : {image.light_png, image.dark_png})
                QCOMPARE(QImage::fromData(QByteArray::fromStdString(png)).width(),
                         image.width * kChartScale);
            QVERIFY(image.light_png != image.dark_png);
        }
    }

    void drawing_can_be_cancelled() {
        const QTemporaryDir folder;
        std::stop_source stop;
        std::int64_t drawn = 0;
        try {
            write_charts(
                analysis(), folder.path().toStdString(), {},
                [&](const Progress& progress) {
                    drawn = progress.done;
                    stop.request_stop();
                },
                stop.get_token());
            QFAIL("it was not cancelled");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QVERIFY(drawn < 8);
    }

    void a_folder_that_cannot_be_is_named() {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "file";
        std::ofstream(file) << "x";
        const std::string error = error_of([&] { write_charts(analysis(), file, {}); });
        QVERIFY2(contains(error, file.string()), error.c_str());
    }
};

HEADSCOPE_TEST(TestChartFiles)
#include "test_chart_files.moc"
