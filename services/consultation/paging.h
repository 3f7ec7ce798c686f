#ifndef CLARITY_SERVICES_CONSULTATION_PAGING_H_
#define CLARITY_SERVICES_CONSULTATION_PAGING_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/consultation/limits.h"
#include "services/consultation/records.pb.h"
#include "services/platform/storage/database.h"
#include "services/platform/storage/record.h"

// Lists that are read page by page, in the order of a time.
namespace clarity::consultation {

enum class Order { kNewestFirst, kOldestFirst };

// A request's page: where it begins, and how many items it takes.
struct Page {
  storage::v1::PageCursor cursor;
  int size = 0;
};
absl::StatusOr<Page> PageOf(const google::protobuf::Message& request, absl::string_view page_token,
                            int page_size, Order order);
std::string NextPageToken(const google::protobuf::Message& request,
                          const storage::v1::PageCursor& last);

// Reads rows of `sql` (name, time, body; after $1, a time, and $2, a name; at most $3 rows; $4 is
// `scope`) until a page is full. `take` is given each record and whether there is room for it; it
// takes it, or says that the list leaves it out. Gives the token of the next page; empty: there is
// none.
template <typename Record, typename Request>
absl::StatusOr<std::string> ReadPage(storage::Transaction& transaction, const storage::Sql& sql,
                                     const Request& request, Order order, absl::string_view scope,
                                     absl::FunctionRef<absl::StatusOr<bool>(Record&, bool)> take) {
  auto page = PageOf(request, request.page_token(), request.page_size(), order);
  if (!page.ok()) return page.status();
  using storage::Value;
  int64_t rows = 0;
  int taken = 0;
  bool has_more = false;
  storage::v1::PageCursor last;
  const absl::Status status = transaction.Query(
      sql,
      {Value::Integer(page->cursor.time_micros()), Value::Text(page->cursor.name()),
       Value::Integer(limits::kRowsPerPageMax), Value::Text(scope)},
      [&](const storage::Row& row) -> absl::Status {
        if (has_more) return absl::OkStatus();
        ++rows;
        auto record = storage::ParseRecord<Record>(row.Text(2));
        if (!record.ok()) return record.status();
        const bool has_room = taken < page->size;
        const absl::StatusOr<bool> is_taken = take(*record, has_room);
        if (!is_taken.ok()) return is_taken.status();
        has_more = *is_taken && !has_room;
        if (has_more) return absl::OkStatus();
        taken += *is_taken ? 1 : 0;
        last.set_time_micros(row.Integer(1));
        last.set_name(std::string(row.Text(0)));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return has_more || rows == limits::kRowsPerPageMax ? NextPageToken(request, last) : std::string();
}

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PAGING_H_
