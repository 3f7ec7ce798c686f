#include "services/consultation/policy/truth.h"

#include <sqlite3.h>

#include <array>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

// Three-valued logic against a database that has it.
namespace clarity::consultation {
namespace {

constexpr int kLeaves = 4;
using Truths = std::array<Truth, kLeaves>;

// A leaf is told from the others by its age's bound.
int NumberOf(const v1::Criterion& leaf) { return static_cast<int>(leaf.age().at_least()); }

class TruthTest : public ::testing::TestWithParam<int> {
 protected:
  TruthTest() { EXPECT_EQ(sqlite3_open(":memory:", &database_), SQLITE_OK); }
  ~TruthTest() override { sqlite3_close(database_); }

  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  void FillCriterion(int depth, bool with_missing, v1::Criterion* criterion) {
    const int kinds = with_missing ? 5 : 4;
    switch (depth == 0 ? 0 : Pick(kinds)) {
      case 0:
        criterion->mutable_age()->set_at_least(Pick(kLeaves));
        return;
      case 1:
      case 2: {
        v1::Criteria* parts =
            Pick(2) == 0 ? criterion->mutable_all_of() : criterion->mutable_any_of();
        for (int i = 1 + Pick(3); i > 0; --i) {
          FillCriterion(depth - 1, with_missing, parts->add_criteria());
        }
        return;
      }
      case 3:
        return FillCriterion(depth - 1, with_missing, criterion->mutable_not_of());
      default:
        return FillCriterion(depth - 1, with_missing, criterion->mutable_missing());
    }
  }

  Truths PickTruths() {
    Truths truths;
    for (Truth& truth : truths) truth = static_cast<Truth>(Pick(3));
    return truths;
  }

  static std::string SqlOf(const v1::Criterion& criterion, const Truths& truths) {
    const auto join = [&](const v1::Criteria& parts, const char* word) {
      std::string sql = "(";
      for (const v1::Criterion& part : parts.criteria()) {
        absl::StrAppend(&sql, sql == "(" ? "" : word, SqlOf(part, truths));
      }
      return sql + ")";
    };
    switch (criterion.kind_case()) {
      case v1::Criterion::kAllOf:
        return join(criterion.all_of(), " AND ");
      case v1::Criterion::kAnyOf:
        return join(criterion.any_of(), " OR ");
      case v1::Criterion::kNotOf:
        return absl::StrCat("(NOT ", SqlOf(criterion.not_of(), truths), ")");
      case v1::Criterion::kMissing:
        return absl::StrCat("(", SqlOf(criterion.missing(), truths), " IS NULL)");
      default:
        switch (truths[NumberOf(criterion)]) {
          case Truth::kYes:
            return "1";
          case Truth::kNo:
            return "0";
          case Truth::kUnknown:
            return "NULL";
        }
    }
    return "";
  }

  Truth AskDatabase(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, ("SELECT " + sql).c_str(), -1, &statement, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(database_);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const Truth truth = sqlite3_column_type(statement, 0) == SQLITE_NULL
                            ? Truth::kUnknown
                            : Known(sqlite3_column_int(statement, 0) != 0);
    sqlite3_finalize(statement);
    return truth;
  }

  std::mt19937 random_{static_cast<uint32_t>(GetParam())};

 private:
  sqlite3* database_ = nullptr;
};

TEST_P(TruthTest, CombinesAsSqlDoes) {
  for (int i = 0; i < 200; ++i) {
    v1::Criterion criterion;
    FillCriterion(4, /*with_missing=*/true, &criterion);
    const Truths truths = PickTruths();
    const std::string sql = SqlOf(criterion, truths);
    const auto leaf = [&](const v1::Criterion& part) { return truths[NumberOf(part)]; };
    ASSERT_EQ(Combine(criterion, leaf), AskDatabase(sql)) << sql;
  }
}

TEST_P(TruthTest, WhatIsUnknownDecidesNothingThatIsKnown) {
  for (int i = 0; i < 200; ++i) {
    v1::Criterion criterion;
    FillCriterion(4, /*with_missing=*/false, &criterion);
    Truths truths = PickTruths();
    const auto leaf = [&](const v1::Criterion& part) { return truths[NumberOf(part)]; };
    const Truth before = Combine(criterion, leaf);
    if (before == Truth::kUnknown) continue;
    for (Truth& truth : truths) {
      if (truth == Truth::kUnknown) truth = Known(Pick(2) == 0);
    }
    ASSERT_EQ(Combine(criterion, leaf), before) << criterion.ShortDebugString();
  }
}

TEST_P(TruthTest, TheDecidingLeavesAloneDecide) {
  for (int i = 0; i < 200; ++i) {
    v1::Criterion criterion;
    FillCriterion(4, /*with_missing=*/false, &criterion);
    const Truths truths = PickTruths();
    const auto leaf = [&](const v1::Criterion& part) { return truths[NumberOf(part)]; };
    const Truth whole = Combine(criterion, leaf);
    if (whole == Truth::kUnknown) continue;
    Truths deciding;
    deciding.fill(Truth::kUnknown);
    ForEachDecidingLeaf(criterion, leaf, [&](const v1::Criterion& part) {
      deciding[NumberOf(part)] = truths[NumberOf(part)];
    });
    const auto known = [&](const v1::Criterion& part) { return deciding[NumberOf(part)]; };
    ASSERT_EQ(Combine(criterion, known), whole) << criterion.ShortDebugString();
  }
}

INSTANTIATE_TEST_SUITE_P(Seed, TruthTest, ::testing::Range(0, 20));

}  // namespace
}  // namespace clarity::consultation
