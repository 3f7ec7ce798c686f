#ifndef CLARITY_CLIENTS_CORE_PAGE_RANGE_H_
#define CLARITY_CLIENTS_CORE_PAGE_RANGE_H_

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace clarity::client {

// The items of a list, however many pages they come in; the next page is asked for when it is
// needed. Goes through once:
//
//   for (const absl::StatusOr<Slot>& slot : client.FindSlots(request)) {
//     if (!slot.ok()) return slot.status();
//     ...
//   }
//
// After an error there is nothing more.
template <typename Item>
class PageRange {
 public:
  struct Page {
    google::protobuf::RepeatedPtrField<Item> items;
    std::string next_page_token;
  };
  using Fetch = std::function<absl::StatusOr<Page>(const std::string& page_token)>;

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = absl::StatusOr<Item>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    reference operator*() const { return *range_->current_; }
    pointer operator->() const { return &*range_->current_; }
    iterator& operator++() {
      range_->Advance();
      if (!range_->current_.has_value()) range_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) { return a.range_ == b.range_; }
    friend bool operator!=(const iterator& a, const iterator& b) { return a.range_ != b.range_; }

   private:
    friend class PageRange;
    explicit iterator(PageRange* range) : range_(range) {}
    PageRange* range_;  // null at the end
  };

  explicit PageRange(Fetch fetch) : fetch_(std::move(fetch)) {}

  iterator begin() {
    Advance();
    return iterator(current_.has_value() ? this : nullptr);
  }
  iterator end() { return iterator(nullptr); }

 private:
  void Advance() {
    current_.reset();
    // A page may be empty and still have a next one.
    while (next_ == page_.items.size()) {
      if (last_) return;
      absl::StatusOr<Page> page = fetch_(page_.next_page_token);
      if (!page.ok()) {
        last_ = true;
        page_ = {};
        next_ = 0;
        current_.emplace(page.status());
        return;
      }
      page_ = *std::move(page);
      next_ = 0;
      last_ = page_.next_page_token.empty();
    }
    current_.emplace(std::move(*page_.items.Mutable(next_++)));
  }

  Fetch fetch_;
  Page page_;
  int next_ = 0;  // of page_.items
  bool last_ = false;
  absl::optional<absl::StatusOr<Item>> current_;
};

// The range of a list method: `items` are those of a reply, `call` asks for one page.
template <typename Item, typename Request, typename Reply>
PageRange<Item> Paginate(Request request,
                         google::protobuf::RepeatedPtrField<Item>* (Reply::*items)(),
                         std::function<absl::StatusOr<Reply>(const Request&)> call) {
  using Page = typename PageRange<Item>::Page;
  return PageRange<Item>([request = std::move(request), items, call = std::move(call)](
                             const std::string& page_token) mutable -> absl::StatusOr<Page> {
    // The token given with the request counts for the first page.
    if (!page_token.empty()) request.set_page_token(page_token);
    absl::StatusOr<Reply> reply = call(request);
    if (!reply.ok()) return reply.status();
    return Page{std::move(*((*reply).*items)()), reply->next_page_token()};
  });
}

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_PAGE_RANGE_H_
