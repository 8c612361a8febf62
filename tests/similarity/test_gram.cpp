#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/similarity/gram.h"
#include "core/similarity/kernels.h"
#include "core/similarity/weights.h"
#include "tests/support/test_program.h"

using namespace headscope;

namespace {

constexpr double kTolerance = 3e-7;  // of one block, relative to the norms of the two vectors

/// A tensor [heads, length] in memory of its own, with the exact values beside it.
struct Sample {
    HeadVectors vectors;
    std::vector<double> values;
};

/// Wraps raw words. The data begins at an odd address, as a mapped file may have it.
template <typename Word>
Sample sample_of(const std::vector<Word>& words, DType dtype, int heads) {
    auto memory = std::make_shared<std::vector<std::byte>>(words.size() * sizeof(Word) + 1);
    std::memcpy(memory->data() + 1, words.data(), words.size() * sizeof(Word));
    Sample sample;
    sample.vectors.heads = heads;
    sample.vectors.length = static_cast<std::int64_t>(words.size()) / heads;
    sample.vectors.run = sample.vectors.length;
    sample.vectors.tensor = {"sample.weight",
                             dtype,
                             {heads, sample.vectors.length},
                             std::span<const std::byte>(*memory).subspan(1),
                             memory};
    sample.values.resize(words.size());
    decode_weights(sample.vectors.tensor, 0, sample.values);
    return sample;
}

Sample floats(const std::vector<float>& values, int heads) {
    return sample_of(values, DType::f32, heads);
}

/// Random weights with a common part, so that the heads are alike to different degrees; float16
/// keeps its subnormal numbers.
Sample random_sample(DType dtype, int heads, std::int64_t length, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, 0.02F);
    const auto count = static_cast<std::size_t>(heads * length);
    if (dtype == DType::f16) {
        std::vector<std::uint16_t> words(count);
        for (auto& word : words)
            word = static_cast<std::uint16_t>(random() & 0x9fff);
        return sample_of(words, dtype, heads);
    }
    std::vector<float> common(static_cast<std::size_t>(length));
    for (float& value : common)
        value = normal(random);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = normal(random) + common[i % common.size()];
    if (dtype == DType::f32) return floats(values, heads);
    std::vector<std::uint16_t> words(count);
    for (std::size_t i = 0; i < count; ++i) {
        words[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(values[i]) >> 16);
    }
    return sample_of(words, dtype, heads);
}

/// Dot products by the textbook.
std::vector<double> exact_gram(const Sample& sample, std::int64_t first, std::int64_t count) {
    const int heads = sample.vectors.heads;
    std::vector<double> gram(packed_size(heads));
    for (int i = 0; i < heads; ++i) {
        for (int j = i; j < heads; ++j) {
            double sum = 0.0;
            for (std::int64_t c = first; c < first + count; ++c) {
                sum += sample.values[static_cast<std::size_t>(sample.vectors.place_of(i, c))] *
                       sample.values[static_cast<std::size_t>(sample.vectors.place_of(j, c))];
            }
            gram[packed_index(heads, i, j)] = sum;
        }
    }
    return gram;
}

std::vector<double> gram_by(const GramKernel& kernel, const Sample& sample, std::int64_t first,
                            std::int64_t count) {
    GramScratch scratch(kernel, sample.vectors.heads);
    return gram_of_columns(sample.vectors, first, count, kernel, scratch);
}

/// The largest difference, relative to the norms.
double error_of(const std::vector<double>& gram, const std::vector<double>& exact, int heads) {
    double worst = 0.0;
    for (int i = 0; i < heads; ++i) {
        for (int j = i; j < heads; ++j) {
            const double norms =
                std::sqrt(exact[packed_index(heads, i, i)] * exact[packed_index(heads, j, j)]);
            const std::size_t at = packed_index(heads, i, j);
            // Not below also holds for NaN.
            const double error = std::abs(gram[at] - exact[at]) / norms;
            if (!(error <= worst)) worst = error;
        }
    }
    return worst;
}

std::string text_of_error(const Sample& sample) {
    try {
        gram_by(*usable_gram_kernels().front(), sample, 0, sample.vectors.length);
    } catch (const Error& error) {
        return error.code() == ErrorCode::bad_input ? error.what() : "another code";
    }
    return {};
}

}  // namespace

class TestGram : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void decodes_every_dtype() {
        const Sample f16 = sample_of<std::uint16_t>(
            {0x3c00, 0xc000, 0x7bff, 0x0001, 0x83ff, 0x0400, 0x7c00, 0x0000}, DType::f16, 1);
        const std::vector<double> expected = {1.0,
                                              -2.0,
                                              65504.0,
                                              0x1p-24,
                                              -0x3ffp-24,
                                              0x1p-14,
                                              std::numeric_limits<double>::infinity(),
                                              0.0};
        QCOMPARE(f16.values, expected);
        QVERIFY(std::isnan(sample_of<std::uint16_t>({0x7e00}, DType::f16, 1).values[0]));
        const Sample bf16 = sample_of<std::uint16_t>({0x3f80, 0xc000, 0x0001}, DType::bf16, 1);
        QCOMPARE(bf16.values, (std::vector<double>{1.0, -2.0, 0x1p-133}));
        QCOMPARE(floats({0.1F}, 1).values[0], static_cast<double>(0.1F));
    }

    void kernels_agree_with_the_textbook_data() {
        QTest::addColumn<int>("kernel");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("heads");
        const auto kernels = usable_gram_kernels();
        for (int kernel = 0; kernel < static_cast<int>(kernels.size()); ++kernel) {
            const std::string name = kernels[static_cast<std::size_t>(kernel)]->name;
            for (const DType dtype : {DType::bf16, DType::f16, DType::f32}) {
                for (const int heads : {1, 2, 3, 4, 5, 7, 32, 33, 128}) {
                    const std::string row = fmt::format("{} {} {}", name, name_of(dtype), heads);
                    QTest::newRow(row.c_str()) << kernel << static_cast<int>(dtype) << heads;
                }
            }
        }
    }

    void kernels_agree_with_the_textbook() {
        QFETCH(const int, kernel);
        QFETCH(const int, dtype);
        QFETCH(const int, heads);
        const GramKernel& chosen = *usable_gram_kernels()[static_cast<std::size_t>(kernel)];
        const std::int64_t most = heads > 7 ? 1000 : 4093;
        for (const std::int64_t columns : {1, 7, 8, 15, 16, 17, 255, 256, 257, 1000, 4093}) {
            if (columns > most) continue;
            // Columns on either side belong to others and must not count.
            const Sample sample = random_sample(static_cast<DType>(dtype), heads, columns + 8, 17U);
            const auto exact = exact_gram(sample, 3, columns);
            const double error = error_of(gram_by(chosen, sample, 3, columns), exact, heads);
            QVERIFY2(error < kTolerance, fmt::format("{} columns: {}", columns, error).c_str());
        }
    }

    void vectors_of_many_runs() {
        for (const DType dtype : {DType::bf16, DType::f16, DType::f32}) {
            Sample sample = random_sample(dtype, 5, 40 * 33, 11U);
            sample.vectors.run = 33;
            for (const GramKernel* kernel : usable_gram_kernels()) {
                // Whole runs, and blocks that begin and end within one.
                for (const auto& [first, count] : {std::pair{0, 1320}, {33, 66}, {20, 500}}) {
                    const double error = error_of(gram_by(*kernel, sample, first, count),
                                                  exact_gram(sample, first, count), 5);
                    QVERIFY2(error < kTolerance, fmt::format("{}", error).c_str());
                }
            }
        }
        // A head whose squares leave float32 is taken from its runs as well.
        std::vector<float> values(4 * 3 * 7);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = (static_cast<float>(i % 5) - 1.5F) * (i / 7 % 3 == 1 ? 1e30F : 1.0F);
        Sample sample = floats(values, 3);
        sample.vectors.run = 7;
        const auto exact = cosines(exact_gram(sample, 0, 28), 3);
        const auto found = cosines(gram_by(*usable_gram_kernels().front(), sample, 0, 28), 3);
        for (std::size_t i = 0; i < exact.size(); ++i)
            QVERIFY(std::abs(found[i] - exact[i]) < kTolerance);
    }

    void errors_cancel_in_whole_vectors() {
        constexpr std::int64_t kLength = 16 * kGramMaxColumns;
        // Steps that are alike round the same way each time, which is the worst that can happen.
        std::vector<float> alike(static_cast<std::size_t>(3 * kLength), 0.1F);
        for (std::size_t i = 0; i < alike.size(); i += 2) {
            alike[i] = i < kLength ? 0.3F : i < 2 * kLength ? 0.7F : -0.01F;
        }
        const Sample random = random_sample(DType::bf16, 5, kLength, 3U);
        for (const auto& [sample, tolerance] :
             {std::pair{floats(alike, 3), 5e-7}, {random, 3e-8}}) {
            const int heads = sample.vectors.heads;
            const auto exact = cosines(exact_gram(sample, 0, kLength), heads);
            for (const GramKernel* kernel : usable_gram_kernels()) {
                std::vector<double> gram(packed_size(heads));
                for (std::int64_t first = 0; first < kLength; first += kGramMaxColumns) {
                    const auto part = gram_by(*kernel, sample, first, kGramMaxColumns);
                    for (std::size_t i = 0; i < gram.size(); ++i)
                        gram[i] += part[i];
                }
                const auto cosine = cosines(gram, heads);
                for (std::size_t i = 0; i < cosine.size(); ++i) {
                    const double error = std::abs(cosine[i] - exact[i]);
                    QVERIFY2(error < tolerance, fmt::format("{}: {}", kernel->name, error).c_str());
                }
            }
        }
    }

    void squares_outside_float32_are_exact_too() {
        // Rows: huge, tiny, below float32's normal numbers, usual, zero.
        constexpr std::int64_t kLength = 300;
        const std::vector<float> scale = {1e30F, 1e-30F, 1e-42F, 1.0F, 0.0F};
        std::vector<float> values;
        for (const float factor : scale) {
            for (std::int64_t c = 0; c < kLength; ++c) {
                values.push_back(factor * (static_cast<float>(c % 7) - 2.5F));
            }
        }
        const Sample sample = floats(values, 5);
        for (const GramKernel* kernel : usable_gram_kernels()) {
            const auto cosine = cosines(gram_by(*kernel, sample, 0, kLength), 5);
            const auto exact = cosines(exact_gram(sample, 0, kLength), 5);
            for (std::size_t i = 0; i < cosine.size(); ++i) {
                QVERIFY(std::abs(cosine[i] - exact[i]) < kTolerance);
            }
            QVERIFY(cosine[0 * 5 + 1] > 0.999999 && cosine[2 * 5 + 3] > 0.99);
        }
    }

    void cosines_of_equal_opposite_and_zero_vectors() {
        const Sample base = random_sample(DType::f32, 1, 1001, 5U);
        std::vector<float> values;
        for (const float factor : {1.0F, -1.0F, 0.0F, 1.0F, 0.0F, -2.0F}) {
            for (const double value : base.values)
                values.push_back(factor * static_cast<float>(value));
        }
        const Sample sample = floats(values, 6);
        for (const GramKernel* kernel : usable_gram_kernels()) {
            const auto cosine = cosines(gram_by(*kernel, sample, 0, 1001), 6);
            const std::vector<double> first_row = {1.0, -1.0, 0.0, 1.0, 0.0, -1.0};
            QCOMPARE(std::vector<double>(cosine.begin(), cosine.begin() + 6), first_row);
            QCOMPARE(cosine[2 * 6 + 2], 1.0);
            QCOMPARE(cosine[2 * 6 + 4], 0.0);  // both are zero
        }
    }

    void names_the_place_of_a_weight_that_is_no_number() {
        for (const DType dtype : {DType::bf16, DType::f16, DType::f32}) {
            Sample sample = random_sample(dtype, 3, 500, 7U);
            auto* bytes = const_cast<std::byte*>(sample.vectors.tensor.bytes.data());
            const std::size_t size = size_of(dtype);
            QCOMPARE(text_of_error(sample), std::string());
            // The high byte of infinity in all three is 0x7c or 0x7f; with fraction bits it is NaN.
            std::byte* element = bytes + (2 * 500 + 499) * size;
            std::memset(element, 0xff, size);
            QVERIFY(text_of_error(sample).starts_with("sample.weight: element [2, 499] is NaN"));
            element = bytes + 41 * size;
            std::memset(element, 0, size);
            element[size - 1] = dtype == DType::f16 ? std::byte{0xfc} : std::byte{0xff};
            if (dtype != DType::f16) element[size - 2] = std::byte{0x80};
            QVERIFY(
                text_of_error(sample).starts_with("sample.weight: element [0, 41] is infinite"));
        }
    }
};

HEADSCOPE_TEST(TestGram)
#include "test_gram.moc"
