#include "tests/history/office.h"

#include <iterator>

#include "absl/strings/str_cat.h"

namespace clarity::history {
namespace {

namespace v1 = scheduling::v1;
using client::CatalogConnection;
using client::OrderConnection;
using client::SchedulingConnection;
using tests::Connections;
using Patience = Desk::Patience;

}  // namespace

void Office::DoSomething() {
  switch (Pick(random_, 6)) {
    case 0:
      return ApplyCatalog(Pick(random_, kCatalogs));
    case 1:
      return CreateBlock();
    case 2:
      return DeleteABlock();
    case 3:
      return RevokeAnOrder();
    default:
      return PutOrder();
  }
}

void Office::ApplyCatalog(int number) {
  v1::ApplyCatalogRequest request;
  *request.mutable_catalog() = CatalogNumber(number, first_day_);
  request.set_accept_orphans(true);
  desk_
      .Write(&Connections::catalog, &CatalogConnection::ApplyCatalog, request,
             Patience::kUntilAnswered)
      .status()
      .IgnoreError();
}

void Office::CreateBlock() {
  static constexpr const char* kBlocked[] = {"resources/room-1", "resources/nurse-kim",
                                             "resources/dr-lind"};
  v1::CreateBlockRequest request;
  request.mutable_block()->add_resources(kBlocked[Pick(random_, std::size(kBlocked))]);
  const absl::Time start = SomeStart(random_, first_day_);
  v1::TimeWindow& window = *request.mutable_block()->mutable_window();
  *window.mutable_start_time() = tests::ToWire(start);
  *window.mutable_end_time() = tests::ToWire(start + absl::Minutes(30 * (1 + Pick(random_, 4))));
  request.set_accept_orphans(true);
  const auto block = desk_.Write(&Connections::scheduling, &SchedulingConnection::CreateBlock,
                                 request, Patience::kUntilAnswered);
  if (block.ok()) blocks_.push_back(block->name());
}

void Office::DeleteABlock() {
  if (blocks_.empty()) return;
  v1::DeleteBlockRequest request;
  request.set_name(TakeSome(&blocks_));
  desk_
      .Write(&Connections::scheduling, &SchedulingConnection::DeleteBlock, request,
             Patience::kUntilAnswered)
      .status()
      .IgnoreError();
}

void Office::PutOrder() {
  v1::PutOrderRequest request;
  v1::Order& order = *request.mutable_order();
  order.set_name(absl::StrCat("orders/o", ++orders_put_));
  order.set_patient(SomePatient(random_));
  order.add_visit_types(tests::kOrderedSession);
  order.set_units(2);
  *order.mutable_window()->mutable_start_time() = tests::ToWire(first_day_);
  *order.mutable_window()->mutable_end_time() = tests::ToWire(first_day_ + absl::Hours(24 * kDays));
  const auto put = desk_.Write(&Connections::orders, &OrderConnection::PutOrder, request,
                               Patience::kUntilAnswered);
  if (put.ok()) orders_.push_back(put->order().name());
}

void Office::RevokeAnOrder() {
  if (orders_.empty()) return;
  v1::RevokeOrderRequest request;
  request.set_name(TakeSome(&orders_));
  desk_
      .Write(&Connections::orders, &OrderConnection::RevokeOrder, request, Patience::kUntilAnswered)
      .status()
      .IgnoreError();
}

std::string Office::TakeSome(std::vector<std::string>* names) {
  const auto chosen = names->begin() + Pick(random_, static_cast<int>(names->size()));
  std::string name = *chosen;
  names->erase(chosen);
  return name;
}

}  // namespace clarity::history
