#include "services/consultation/patients/names.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace clarity::consultation {
namespace {

constexpr size_t kLettersForAnError = 4;

// ICU's rules are not safe to share between threads; making them takes milliseconds.
const icu::Transliterator& ToPlainLatin() {
  thread_local const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance(
        "Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower", UTRANS_FORWARD, error));
    assert(U_SUCCESS(error));
    return made;
  }();
  return *rules;
}

std::string PlainLatin(absl::string_view name) {
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
  ToPlainLatin().transliterate(text);
  std::string latin;
  text.toUTF8String(latin);
  return latin;
}

// Whether one letter wrong, missing, too many, or two swapped makes the one of the other.
bool IsOneErrorApart(absl::string_view a, absl::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() < kLettersForAnError || b.size() - a.size() > 1) return false;
  const size_t same =
      static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
  if (a.size() < b.size()) return a.substr(same) == b.substr(same + 1);
  if (same == a.size()) return false;  // they are alike
  if (a.substr(same + 1) == b.substr(same + 1)) return true;
  return same + 1 < a.size() && a[same] == b[same + 1] && a[same + 1] == b[same] &&
         a.substr(same + 2) == b.substr(same + 2);
}

}  // namespace

std::vector<std::string> NameTokens(absl::string_view name) {
  std::string latin = PlainLatin(name);
  // An apostrophe joins (O'Brien is obrien), everything else that is no letter parts.
  latin.erase(std::remove(latin.begin(), latin.end(), '\''), latin.end());
  absl::c_replace_if(
      latin, [](char c) { return !absl::ascii_isalnum(c); }, ' ');
  std::vector<std::string> tokens;
  for (absl::string_view token : absl::StrSplit(latin, ' ', absl::SkipEmpty())) {
    if (!absl::c_linear_search(tokens, token)) tokens.emplace_back(token);
  }
  return tokens;
}

std::vector<std::string> OneDeletionVariants(const std::string& token) {
  std::vector<std::string> variants = {token};
  if (token.size() < kLettersForAnError) return variants;
  for (size_t i = 0; i < token.size(); ++i) {
    if (i > 0 && token[i] == token[i - 1]) continue;  // the same as the one before
    std::string without = token;
    without.erase(i, 1);
    variants.push_back(std::move(without));
  }
  return variants;
}

bool NameMatches(const std::vector<std::string>& asked, const std::vector<std::string>& kept) {
  std::vector<std::string> left = kept;
  const std::string* misspelt = nullptr;
  for (const std::string& token : asked) {
    const auto same = absl::c_find(left, token);
    if (same != left.end()) {
      left.erase(same);
    } else if (misspelt != nullptr) {
      return false;
    } else {
      misspelt = &token;
    }
  }
  return misspelt == nullptr || absl::c_any_of(left, [&](const std::string& token) {
           return IsOneErrorApart(*misspelt, token);
         });
}

}  // namespace clarity::consultation
