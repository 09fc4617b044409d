// Every block of a network against its formula in plain doubles.
#include "blocks.hpp"

#include "learned/reference.hpp"
#include "network.hpp"

namespace evtwin::learned::test {
namespace {

constexpr double close = 2e-5;

Rows drawn_rows(std::size_t steps, std::size_t columns, std::uint64_t seed) {
  Rows rows(steps, Numbers(columns));
  for (std::size_t k = 0; k < steps; ++k)
    for (std::size_t i = 0; i < columns; ++i)
      rows[k][i] = static_cast<double>(static_cast<float>(forecast::test::normal(seed, k * columns + i)));
  return rows;
}

Matrix matrix_of(const Rows& rows) {
  Matrix x(static_cast<Eigen::Index>(rows[0].size()), static_cast<Eigen::Index>(rows.size()));
  for (std::size_t k = 0; k < rows.size(); ++k)
    for (std::size_t i = 0; i < rows[k].size(); ++i)
      x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = static_cast<float>(rows[k][i]);
  return x;
}

void expect_same(const Matrix& found, const Rows& expected) {
  ASSERT_EQ(static_cast<std::size_t>(found.cols()), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    ASSERT_EQ(static_cast<std::size_t>(found.rows()), expected[k].size());
    for (std::size_t i = 0; i < expected[k].size(); ++i)
      ASSERT_NEAR(static_cast<double>(found(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k))),
                  expected[k][i], close)
          << "step " << k << ", row " << i;
  }
}

template <class F>
Rows each(const Rows& rows, const F& f) {
  Rows out;
  for (const Numbers& row : rows) out.push_back(f(row));
  return out;
}

TEST(Blocks, ADenseLayerIsItsFormula) {
  Maker made(1);
  made.dense("d", 5, 3);
  const Rows x = drawn_rows(4, 5, 2);
  const Reference by_hand(made.file);
  expect_same(Dense(made.file, "d", 5, 3)(matrix_of(x)),
              each(x, [&](const Numbers& r) { return by_hand.dense("d", r); }));
}

TEST(Blocks, AnLstmCellIsItsFormula) {
  Maker made(3);
  made.lstm("l", 5, 7);
  const Rows x = drawn_rows(30, 5, 4);
  Vector h = Vector::Constant(7, 0.3F), c = Vector::Constant(7, -0.2F);
  Numbers h0(7, static_cast<double>(0.3F)), c0(7, static_cast<double>(-0.2F));
  const Matrix found = Lstm(made.file, "l", 5, 7)(matrix_of(x), h, c);
  expect_same(found, Reference(made.file).lstm("l", x, h0, c0));
  for (std::size_t k = 0; k < 7; ++k) EXPECT_NEAR(static_cast<double>(c[static_cast<Eigen::Index>(k)]), c0[k], close);
}

TEST(Blocks, ALayerNormIsItsFormula) {
  Maker made(5);
  made.norm("n", 6);
  const Rows x = drawn_rows(3, 6, 6);
  Matrix found = matrix_of(x);
  LayerNorm(made.file, "n", 6).normalise(found);
  expect_same(found, each(x, [&](const Numbers& r) { return Reference(made.file).norm("n", r); }));
}

TEST(Blocks, AGatedResidualNetworkIsItsFormula) {
  struct Case {
    std::size_t in, out, context;
  };
  for (const Case& one : {Case{6, 6, 0}, Case{6, 4, 0}, Case{6, 6, 3}, Case{9, 2, 3}}) {
    Maker made(7);
    made.grn("g", one.in, 5, one.out, one.context);
    const Rows x = drawn_rows(4, one.in, 8);
    const Numbers c = one.context > 0 ? drawn_rows(1, one.context, 9)[0] : Numbers{};
    const Vector context = c.empty() ? Vector() : Vector(matrix_of({c}));
    const Reference by_hand(made.file);
    expect_same(Grn(made.file, "g", one.in, 5, one.out, one.context)(matrix_of(x), context),
                each(x, [&](const Numbers& r) { return by_hand.grn("g", r, c); }));
  }
}

TEST(Blocks, VariableSelectionIsItsFormulaAndItsWeightsAreShares) {
  Maker made(10);
  made.selection("s", past_variables, 6, 4);
  const Rows x = drawn_rows(5, past_columns, 11);
  const Numbers c = drawn_rows(1, 4, 12)[0];
  const Reference by_hand(made.file);
  Matrix weights;
  const Selection selection(made.file, "s", past_variables, 6, 4);
  expect_same(selection(matrix_of(x), Vector(matrix_of({c})), &weights),
              each(x, [&](const Numbers& r) { return by_hand.selection("s", past_variables, r, c); }));
  for (Eigen::Index k = 0; k < weights.cols(); ++k) EXPECT_NEAR(weights.col(k).sum(), 1.0F, 1e-5F);
}

TEST(Blocks, InterpretableAttentionIsItsFormulaAndSeesNothingThatComesAfter) {
  Maker made(13);
  made.attention("a", 8, 4);
  Rows x = drawn_rows(9, 8, 14);
  const Attention attention(made.file, "a", 8, 4);
  Matrix weights;
  const Matrix found = attention(matrix_of(x), 4, &weights);
  expect_same(found, Reference(made.file).attention("a", x, 4, 4));
  for (Eigen::Index j = 0; j < 4; ++j) {
    EXPECT_NEAR(weights.col(j).sum(), 1.0F, 1e-5F);
    for (Eigen::Index i = 5 + j + 1; i < 9; ++i) EXPECT_EQ(weights(i, j), 0.0F);
  }
  for (double& v : x.back()) v = -3.0;
  EXPECT_EQ(attention(matrix_of(x), 4).leftCols(3), found.leftCols(3));
}

TEST(Networks, BothAreTheirFormulasAlsoBeyondTheHorizonTheyLearnt) {
  for (const char* kind : {"lstm", "tft"}) {
    const Shape shape{kind, 10, 6, 8, 2};
    Maker made(15);
    made.network("pv.", shape);
    for (const std::size_t steps : {std::size_t{1}, std::size_t{6}, std::size_t{13}}) {
      const Window window = drawn_window(shape, steps, 16);
      const auto network = make_network(made.file, "pv.", shape);
      const Rows expected = Reference(made.file).network("pv.", shape, rows_of(window.past, past_columns),
                                                         rows_of(window.future, future_columns),
                                                         rows_of(window.of_site, static_columns)[0]);
      SCOPED_TRACE(kind);
      expect_same(network->run(window), expected);
    }
  }
}

TEST(Heads, QuantilesDoNotCrossAndTailsAreThoseOfANormalDistribution) {
  Window window;
  window.scale = 2.0;
  window.base = {10.0};
  Matrix answer(static_cast<Eigen::Index>(outputs), 1);
  for (Eigen::Index k = 0; k < answer.rows(); ++k)
    answer(k, 0) = static_cast<float>(forecast::test::normal(17, static_cast<std::uint64_t>(k)));
  const Spread spread = spread_of(window, answer, 0, {});
  double before = -1e9;
  for (int percent = 1; percent < 100; ++percent) {
    const double q = quantile_at(spread, percent / 100.0);
    EXPECT_GE(q, before) << percent;
    before = q;
  }
  EXPECT_NEAR(quantile_at(spread, 0.3), spread.quantile[2], 1e-12);
  EXPECT_NEAR(quantile_at(spread, 0.35), 0.5 * (spread.quantile[2] + spread.quantile[3]), 1e-12);

  // z of 0.9, 0.8 and 0.99 from tables: 1.2815515655, 0.8416212336, 2.3263478740.
  Spread normal{};
  for (std::size_t l = 0; l < learnt_levels.size(); ++l)
    normal.quantile[l] = 3.0 + 2.0 * normal_quantile(learnt_levels[l]);
  EXPECT_NEAR(normal.quantile[8], 3.0 + 2.0 * 1.2815515655446004, 1e-9);
  EXPECT_NEAR(quantile_at(normal, 0.99), 3.0 + 2.0 * 2.3263478740408408, 1e-9);
  EXPECT_NEAR(quantile_at(normal, 0.01), 3.0 - 2.0 * 2.3263478740408408, 1e-9);
}

}  // namespace
}  // namespace evtwin::learned::test
