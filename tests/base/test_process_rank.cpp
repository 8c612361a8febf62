#include <QTest>
#include <cstdlib>
#include <map>
#include <string>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

using Variables = std::map<std::string, std::string>;

/// Sets environment variables for a scope.
class Environment {
  public:
    explicit Environment(Variables variables) : variables_(std::move(variables)) {
        for (const auto& [name, value] : variables_)
            ::setenv(name.c_str(), value.c_str(), 1);
    }
    ~Environment() {
        for (const auto& [name, value] : variables_)
            ::unsetenv(name.c_str());
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    Variables variables_;
};

}  // namespace

class TestProcessRank : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void without_a_launcher_a_process_is_alone() {
        QVERIFY(process_rank().alone());
        QVERIFY(process_rank().first());
    }

    void work_is_shared_where_there_is_enough() {
        const std::vector<std::int64_t> items{7, 3, 5, 9};
        QVERIFY(!shares_work(items.size()));
        QCOMPARE(own_share(items), items);
        const Environment environment(
            {{"RANK", "1"}, {"WORLD_SIZE", "3"}, {"LOCAL_RANK", "1"}, {"MASTER_ADDR", "a"}});
        QVERIFY(shares_work(items.size()));
        QCOMPARE(own_share(items), (std::vector<std::int64_t>{3}));
        QVERIFY(!shares_work(2));
        QCOMPARE(own_share({1, 2}), (std::vector<std::int64_t>{1, 2}));
    }

    void torchrun() {
        const Environment environment({{"RANK", "3"},
                                       {"WORLD_SIZE", "8"},
                                       {"LOCAL_RANK", "1"},
                                       {"LOCAL_WORLD_SIZE", "2"},
                                       {"MASTER_ADDR", "head.example"},
                                       {"MASTER_PORT", "4242"}});
        const ProcessRank place = process_rank();
        QCOMPARE(place.rank, 3);
        QCOMPARE(place.world_size, 8);
        QCOMPARE(place.local_rank, 1);
        QCOMPARE(place.local_size, 2);
        QCOMPARE(place.address, std::string("head.example"));
        QCOMPARE(place.port, std::uint16_t{4242});
        QVERIFY(!place.alone() && !place.first());
    }

    void mpirun() {
        const Environment environment({{"OMPI_COMM_WORLD_RANK", "0"},
                                       {"OMPI_COMM_WORLD_SIZE", "2"},
                                       {"OMPI_COMM_WORLD_LOCAL_RANK", "0"}});
        QCOMPARE(process_rank().world_size, 2);
        QCOMPARE(process_rank().address, std::string("127.0.0.1"));
        QVERIFY(process_rank().first());
    }

    void srun() {
        const Environment environment({{"SLURM_PROCID", "5"},
                                       {"SLURM_STEP_NUM_TASKS", "6"},
                                       {"SLURM_STEP_TASKS_PER_NODE", "2(x3)"},
                                       {"SLURM_LOCALID", "1"},
                                       {"PMI_RANK", "5"},
                                       {"PMI_SIZE", "6"},
                                       {"SLURM_STEP_NODELIST", "gpu[03-05],big1"},
                                       {"SLURM_JOB_ID", "1234567"}});
        const ProcessRank place = process_rank();
        QCOMPARE(place.rank, 5);
        QCOMPARE(place.local_rank, 1);
        QCOMPARE(place.local_size, 2);
        QCOMPARE(place.address, std::string("gpu03"));
        QCOMPARE(place.port, std::uint16_t{24567});
    }

    void mpich() {
        const Environment environment({{"PMI_RANK", "3"},
                                       {"PMI_SIZE", "4"},
                                       {"MPI_LOCALRANKID", "1"},
                                       {"MPI_LOCALNRANKS", "2"},
                                       {"SLURM_PROCID", "1"},
                                       {"SLURM_STEP_NUM_TASKS", "2"}});
        const ProcessRank place = process_rank();
        QCOMPARE(place.rank, 3);
        QCOMPARE(place.world_size, 4);
        QCOMPARE(place.local_rank, 1);
    }

    void the_batch_script_of_a_slurm_job_is_alone() {
        const Environment environment(
            {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "6"}, {"SLURM_STEP_NUM_TASKS", "1"}});
        QVERIFY(process_rank().alone());
    }

    void first_hosts() {
        QCOMPARE(first_host("node1"), std::string("node1"));
        QCOMPARE(first_host("node1,node2"), std::string("node1"));
        QCOMPARE(first_host("node[03-05,9],x"), std::string("node03"));
        QCOMPARE(first_host("node[7,9]"), std::string("node7"));
        QCOMPARE(first_host("node[7]"), std::string("node7"));
    }

    void wrong_variables_are_named_data() {
        QTest::addColumn<QString>("rank");
        QTest::addColumn<QString>("size");
        QTest::addColumn<QString>("port");
        QTest::addColumn<QString>("named");
        QTest::newRow("no number") << "one"
                                   << "2"
                                   << "1"
                                   << "RANK";
        QTest::newRow("negative") << "-1"
                                  << "2"
                                  << "1"
                                  << "RANK";
        QTest::newRow("rank too large") << "2"
                                        << "2"
                                        << "1"
                                        << "must be below WORLD_SIZE";
        QTest::newRow("size") << "0"
                              << "2x"
                              << "1"
                              << "WORLD_SIZE";
        QTest::newRow("port") << "0"
                              << "2"
                              << "70000"
                              << "MASTER_PORT";
    }

    void wrong_variables_are_named() {
        QFETCH(QString, rank);
        QFETCH(QString, size);
        QFETCH(QString, port);
        QFETCH(QString, named);
        const Environment environment({{"RANK", rank.toStdString()},
                                       {"WORLD_SIZE", size.toStdString()},
                                       {"MASTER_PORT", port.toStdString()}});
        QVERIFY(contains(error_of([] { process_rank(); }), named.toStdString()));
    }
};

HEADSCOPE_TEST(TestProcessRank)
#include "test_process_rank.moc"
