#include "services/consultation/patients/names.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::consultation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool Matches(absl::string_view asked, absl::string_view kept) {
  return NameMatches(NameTokens(asked), NameTokens(kept));
}

TEST(NamesTest, CaseAccentsAndPunctuationDoNotCount) {
  EXPECT_THAT(NameTokens("  José  NÚÑEZ-Ortiz "), ElementsAre("jose", "nunez", "ortiz"));
  EXPECT_THAT(NameTokens("Siobhán O'Brien, Jr."), ElementsAre("siobhan", "obrien", "jr"));
  EXPECT_THAT(NameTokens("Jürgen Groß"), ElementsAre("jurgen", "gross"));
  EXPECT_THAT(NameTokens("..."), IsEmpty());
}

TEST(NamesTest, OtherScriptsAreComparedInLatinLetters) {
  EXPECT_THAT(NameTokens("Иван Петров"), ElementsAre("ivan", "petrov"));
  EXPECT_EQ(NameTokens("王小明").empty(), false);
}

TEST(NamesTest, OrderAndWhatWasNotAskedForDoNotCount) {
  EXPECT_TRUE(Matches("Ortiz José", "José Maria Núñez Ortiz"));
  EXPECT_FALSE(Matches("José Maria Ortiz", "José Ortiz"));
}

TEST(NamesTest, OneTypingErrorInAllIsForgiven) {
  EXPECT_TRUE(Matches("Katherine Smith", "Katharine Smith"));   // one wrong
  EXPECT_TRUE(Matches("Katharin Smith", "Katharine Smith"));    // one missing
  EXPECT_TRUE(Matches("Katharinne Smith", "Katharine Smith"));  // one too many
  EXPECT_TRUE(Matches("Kathraine Smith", "Katharine Smith"));   // two swapped
  EXPECT_FALSE(Matches("Katherine Smyth", "Katharine Smith"));  // an error in each
  EXPECT_FALSE(Matches("Kathryn Smith", "Katharine Smith"));
}

TEST(NamesTest, ShortNamesAreTakenAtTheirWord) {
  EXPECT_TRUE(Matches("Bo Li", "Li Bo"));
  EXPECT_FALSE(Matches("Bo Lu", "Li Bo"));
  EXPECT_TRUE(Matches("Anne Li", "Ann Li"));
}

// Whatever the name and the error: the tables would find it.
TEST(NamesTest, AnyOneErrorLeavesAVariantInCommon) {
  constexpr uint32_t kSeed = 7;
  std::mt19937 random(kSeed);
  const auto letter = [&] { return static_cast<char>('a' + random() % 26); };
  for (int round = 0; round < 2000; ++round) {
    std::string token(4 + random() % 8, 'a');
    std::generate(token.begin(), token.end(), letter);
    std::string typed = token;
    const size_t at = random() % (token.size() - 1);
    switch (random() % 4) {
      case 0:
        typed[at] = letter();
        break;
      case 1:
        typed.insert(at, 1, letter());
        break;
      case 2:
        typed.erase(at, 1);
        break;
      default:
        std::swap(typed[at], typed[at + 1]);
    }
    const auto of_token = OneDeletionVariants(token);
    EXPECT_TRUE(absl::c_any_of(
        OneDeletionVariants(typed),
        [&](const std::string& variant) { return absl::c_linear_search(of_token, variant); }))
        << token << " typed as " << typed << ", seed " << kSeed;
    EXPECT_TRUE(Matches(typed, token)) << token << " typed as " << typed << ", seed " << kSeed;
  }
}

}  // namespace
}  // namespace clarity::consultation
