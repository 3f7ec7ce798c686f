#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_FIRST_ITEMS_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_FIRST_ITEMS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "clients/core/page_range.h"

namespace clarity::client {

// The first items of a list, at most `limit`; 0: all.
template <typename Item>
absl::StatusOr<std::vector<Item>> FirstItems(PageRange<Item> range, int limit) {
  std::vector<Item> items;
  for (const absl::StatusOr<Item>& item : range) {
    if (!item.ok()) return item.status();
    items.push_back(*item);
    if (static_cast<int>(items.size()) == limit) break;
  }
  return items;
}

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_FIRST_ITEMS_H_
