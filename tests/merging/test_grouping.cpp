#include <QTest>
#include <set>

#include "core/merging/grouping.h"
#include "tests/merging/matrices.h"
#include "tests/support/test_files.h"
#include "tests/support/test_program.h"

using namespace headscope;
using namespace headscope::testing;

namespace {

using Groups = std::vector<HeadGroup>;

Groups groups_of(const SimilarityMatrix& matrix, double threshold, Grouping grouping) {
    return group_heads(matrix.heads, find_pairs(matrix, threshold), grouping);
}

/// A chain 0-1-2-3 whose ends are not similar.
SimilarityMatrix chain() {
    return matrix_of(5, {{0, 1, 0.9}, {1, 2, 0.95}, {2, 3, 0.92}});
}

}  // namespace

class TestGrouping : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void pairs_are_ordered_by_similarity_then_heads() {
        const auto pairs =
            find_pairs(matrix_of(4, {{0, 3, 0.5}, {1, 2, 0.7}, {0, 1, 0.5}, {2, 3, 0.49}}), 0.5);
        const std::vector<HeadPair> expected = {{1, 2, 0.7}, {0, 1, 0.5}, {0, 3, 0.5}};
        QCOMPARE(pairs, expected);
        QVERIFY(find_pairs(matrix_of(4, {}), 0.1).empty());
        QCOMPARE(find_pairs(matrix_of(4, {}), 0.0).size(),
                 std::size_t{6});  // the threshold itself counts
    }

    void a_chain_is_one_component() {
        QCOMPARE(groups_of(chain(), 0.9, Grouping::components), (Groups{{0, 1, 2, 3}}));
        QCOMPARE(groups_of(chain(), 0.9, Grouping::sequential), (Groups{{0, 1, 2, 3}}));
    }

    void complete_linkage_joins_only_where_all_are_pairs() {
        // 1-2 join first; 0 and 3 are not similar to both, so they stay alone.
        QCOMPARE(groups_of(chain(), 0.9, Grouping::complete), (Groups{{1, 2}}));
        const auto triangle = matrix_of(4, {{0, 1, 0.9}, {0, 2, 0.91}, {1, 2, 0.92}, {2, 3, 0.99}});
        QCOMPARE(groups_of(triangle, 0.9, Grouping::complete), (Groups{{0, 1}, {2, 3}}));
        const auto clique = matrix_of(4, {{0, 1, 0.9}, {0, 2, 0.91}, {1, 2, 0.92}});
        QCOMPARE(groups_of(clique, 0.9, Grouping::complete), (Groups{{0, 1, 2}}));
    }

    void matching_takes_the_best_disjoint_pairs() {
        QCOMPARE(groups_of(chain(), 0.9, Grouping::matching), (Groups{{1, 2}}));
        const auto two = matrix_of(4, {{0, 1, 0.9}, {1, 2, 0.95}, {0, 3, 0.92}});
        QCOMPARE(groups_of(two, 0.9, Grouping::matching), (Groups{{0, 3}, {1, 2}}));
    }

    void groups_keep_their_promises_on_random_matrices() {
        for (unsigned seed = 0; seed < 30; ++seed) {
            const SimilarityMatrix matrix = random_matrix(24, seed);
            for (const double threshold : {0.3, 0.8, 0.95}) {
                std::set<int> seen;
                for (const HeadGroup& group : groups_of(matrix, threshold, Grouping::complete)) {
                    QVERIFY(group.size() >= 2);
                    QVERIFY(std::is_sorted(group.begin(), group.end()));
                    for (const int a : group) {
                        QVERIFY(seen.insert(a).second);
                        for (const int b : group)
                            QVERIFY(a == b || matrix.at(a, b) >= threshold);
                    }
                }
                // Every pair lies inside one component.
                const Groups components = groups_of(matrix, threshold, Grouping::components);
                for (const HeadPair& pair : find_pairs(matrix, threshold)) {
                    QVERIFY(
                        std::any_of(components.begin(), components.end(), [&](const HeadGroup& g) {
                            return std::count(g.begin(), g.end(), pair.first) == 1 &&
                                   std::count(g.begin(), g.end(), pair.second) == 1;
                        }));
                }
            }
        }
    }

    void names_read_back() {
        for (const char* name : {"components", "complete", "matching", "sequential"}) {
            QCOMPARE(name_of(parse_grouping(name)), std::string_view(name));
        }
        QVERIFY(
            contains(error_of([] { parse_grouping("kmeans"); }), "choose components, complete"));
    }
};

HEADSCOPE_TEST(TestGrouping)
#include "test_grouping.moc"
