#include "clients/terminal/names.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace clarity::client {

std::string FullName(absl::string_view collection, absl::string_view name) {
  if (name.empty() || absl::StrContains(name, '/')) return std::string(name);
  return absl::StrCat(collection, "/", name);
}

std::string ShortName(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

std::string Counted(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace clarity::client
