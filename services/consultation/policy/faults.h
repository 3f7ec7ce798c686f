#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_FAULTS_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_FAULTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/platform/base/errors.h"

namespace clarity::consultation {

// "policy.rules[3]"
inline std::string At(absl::string_view path, absl::string_view field, int index) {
  return absl::StrCat(path, ".", field, "[", index, "]");
}

// All that is wrong with a policy, each with the path of its field.
class Faults {
 public:
  void Add(std::string field, std::string description) {
    violations_.push_back({std::move(field), std::move(description)});
  }

  // That the values of `key` differ from item to item. `path` is that of the list.
  template <typename Items, typename Key>
  void CheckDistinct(absl::string_view path, const Items& items, absl::string_view field, Key key) {
    absl::flat_hash_map<std::string, int> first_of;
    for (int i = 0; i < items.size(); ++i) {
      const auto [it, is_new] = first_of.try_emplace(key(items.Get(i)), i);
      if (is_new) continue;
      Add(absl::StrCat(path, "[", i, "].", field),
          absl::StrCat("it is the same as that of ", path, "[", it->second, "]"));
    }
  }

  std::vector<base::Violation> Take() { return std::move(violations_); }

 private:
  std::vector<base::Violation> violations_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_FAULTS_H_
