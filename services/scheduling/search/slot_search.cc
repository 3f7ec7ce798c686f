#include "services/scheduling/search/slot_search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/freshness.h"
#include "services/platform/rpc/page_token.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/records.h"
#include "services/scheduling/search/query.h"
#include "services/scheduling/search/wanted_times.h"
#include "services/scheduling/wire.h"

namespace clarity::scheduling {
namespace {

using calendar::Bitmap;
using calendar::Interval;
using calendar::Tick;
using catalog::Snapshot;

// The earliest starts are looked for in stretches of this length: most searches end in the first.
constexpr Tick kStretchTicks = 8 * calendar::kPageTicks;

// Takes candidates in their order and keeps those that lie far enough from the ones kept before.
class Spreader {
 public:
  explicit Spreader(const v1::FindSlotsRequest::Spread& spread)
      : per_day_max_(spread.per_day_max()),
        distance_(absl::Minutes(spread.distance_minutes_min()) / calendar::kTickLength) {}

  bool Keep(int clinic, absl::TimeZone zone, Tick start) {
    auto& kept = kept_[clinic];
    if (distance_ > 0) {
      const auto after = kept.lower_bound(start - static_cast<Tick>(std::ceil(distance_)) + 1);
      if (after != kept.end() && *after < start + distance_) return false;
    }
    if (per_day_max_ > 0) {
      int& on_day = on_day_[{clinic, absl::ToCivilDay(calendar::ToTime(start), zone)}];
      if (on_day >= per_day_max_) return false;
      ++on_day;
    }
    kept.insert(start);
    return true;
  }

 private:
  const int per_day_max_;
  const double distance_;  // in ticks
  std::map<int, std::set<Tick>> kept_;
  std::map<std::pair<int, absl::CivilDay>, int> on_day_;
};

// One clinic of a search over several.
struct Branch {
  ClinicAt at;
  std::unique_ptr<PlanSearch> search;
  Bitmap starts;  // of the stretch in hand
};

// One run of FindSlots: candidates in order, spread, and cut to the page.
class SlotRun {
 public:
  SlotRun(const v1::FindSlotsRequest& request, std::shared_ptr<const Snapshot> snapshot,
          CalendarCache* cache, std::optional<OrderUse> order, int64_t skip)
      : request_(request),
        snapshot_(std::move(snapshot)),
        cache_(cache),
        order_(std::move(order)),
        skip_(skip),
        page_size_(request.page_size() > 0 ? request.page_size() : limits::kSlotsPageDefault),
        spreader_(request.spread()) {}

  void Add(ClinicAt at, std::unique_ptr<PlanSearch> search) {
    branches_.push_back({at, std::move(search), {}});
  }

  absl::Status Run(Interval window, v1::FindSlotsResponse* reply) {
    const bool closest = request_.ranking() == v1::FindSlotsRequest::RANKING_CLOSEST;
    const Tick step = closest ? std::max<Tick>(window.ticks(), 1) : kStretchTicks;
    for (Tick begin = window.begin; begin < window.end && !full_; begin += step) {
      const Interval stretch{begin, std::min(begin + step, window.end)};
      for (Branch& branch : branches_) {
        Bitmap wanted = WantedTimes(request_.query(), stretch, snapshot_->zone(branch.at.clinic));
        if (order_.has_value()) order_->KeepCovered(&wanted);
        ASSIGN_OR_RETURN(branch.starts, branch.search->Starts(*cache_, wanted));
      }
      closest ? OfferClosest(reply) : OfferEarliest(stretch, reply);
    }
    if (full_) {
      reply->set_next_page_token(rpc::EncodePageToken(request_, absl::StrCat(skip_ + page_size_)));
    }
    return absl::OkStatus();
  }

 private:
  void OfferEarliest(Interval stretch, v1::FindSlotsResponse* reply) {
    std::optional<Tick> at = stretch.begin;
    while (at.has_value() && !full_) {
      std::optional<Tick> next;
      for (const Branch& branch : branches_) {
        const auto start = branch.starts.Next(*at);
        if (start.has_value() && (!next.has_value() || *start < *next)) next = start;
      }
      for (size_t b = 0; next.has_value() && b < branches_.size() && !full_; ++b) {
        if (branches_[b].starts.Test(*next)) Offer(branches_[b], *next, reply);
      }
      at = next.has_value() ? std::optional<Tick>(*next + 1) : std::nullopt;
    }
  }

  void OfferClosest(v1::FindSlotsResponse* reply) {
    const absl::Time target = FromWire(request_.closest_to());
    std::vector<std::pair<absl::Duration, std::pair<Tick, size_t>>> order;
    for (size_t b = 0; b < branches_.size(); ++b) {
      const Bitmap& starts = branches_[b].starts;
      for (auto t = starts.Next(starts.window().begin); t.has_value(); t = starts.Next(*t + 1)) {
        order.push_back({absl::AbsDuration(calendar::ToTime(*t) - target), {*t, b}});
      }
    }
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < order.size() && !full_; ++i) {
      Offer(branches_[order[i].second.second], order[i].second.first, reply);
    }
  }

  void Offer(const Branch& branch, Tick start, v1::FindSlotsResponse* reply) {
    if (!spreader_.Keep(branch.at.clinic, snapshot_->zone(branch.at.clinic), start)) return;
    const int64_t place = offered_++;
    if (place < skip_) return;
    if (reply->slots_size() == page_size_) {
      full_ = true;
      return;
    }
    const auto placement = branch.search->At(start);
    if (!placement.has_value()) return;
    v1::Slot* slot = reply->add_slots();
    Describe(*placement, slot);
    if (branch.at.distance_km.has_value()) slot->set_distance_km(*branch.at.distance_km);
  }

  const v1::FindSlotsRequest& request_;
  const std::shared_ptr<const Snapshot> snapshot_;
  CalendarCache* const cache_;
  const std::optional<OrderUse> order_;
  const int64_t skip_;
  const int page_size_;
  Spreader spreader_;
  std::vector<Branch> branches_;
  int64_t offered_ = 0;
  bool full_ = false;  // the page is, and there is more
};

absl::Status CheckRanking(const v1::FindSlotsRequest& request) {
  switch (request.ranking()) {
    case v1::FindSlotsRequest::RANKING_BALANCED:
    case v1::FindSlotsRequest::RANKING_SAME_CLINICIAN:
      return base::InvalidField("ranking", "is not offered yet: use EARLIEST or CLOSEST");
    case v1::FindSlotsRequest::RANKING_CLOSEST:
      if (!request.has_closest_to()) {
        return base::InvalidField("closest_to", "is required for CLOSEST");
      }
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

}  // namespace

absl::Status SlotSearch::FindSlots(const rpc::Call& call, const v1::FindSlotsRequest& request,
                                   v1::FindSlotsResponse* reply) {
  const v1::SlotQuery& query = request.query();
  RETURN_IF_ERROR(CheckRanking(request));
  ASSIGN_OR_RETURN(const Interval window, WindowOf(query, call.now));
  ASSIGN_OR_RETURN(const std::string cursor, rpc::DecodePageToken(request, request.page_token()));
  int64_t skip = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &skip)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  const auto snapshot = catalog_->Current();
  const auto type = snapshot->FindVisitType(query.visit_type());
  if (!type.has_value()) return base::NotFound(query.visit_type());
  ASSIGN_OR_RETURN(const auto clinics, ClinicsOf(call, *snapshot, query));
  reply->set_viewer_time_zone(request.viewer_time_zone());
  // What the caller could not book is not offered.
  if (!MayBookType(call, snapshot->visit_type(*type))) return absl::OkStatus();

  std::optional<OrderUse> order;
  Selection selection = SelectionOf(query);
  RETURN_IF_ERROR(ReadOwn(call, request, &order, &selection));
  ASSIGN_OR_RETURN(const OwnTime own,
                   ReadOwnTime(*database_, snapshot->visit_type(*type), request.patient(),
                               request.reschedule_appointment(), window, call.now));
  SlotRun run(request, snapshot, cache_, std::move(order), skip);
  for (const ClinicAt& at : clinics) {
    const catalog::VisitPlan* plan = snapshot->Plan(*type, at.clinic, query.modality());
    if (plan == nullptr) continue;
    run.Add(at, std::make_unique<PlanSearch>(snapshot, plan, selection, &own, call.now));
  }
  return run.Run(window, reply);
}

absl::Status SlotSearch::ReadOwn(const rpc::Call& call, const v1::FindSlotsRequest& request,
                                 std::optional<OrderUse>* order, Selection* selection) const {
  const std::string& moved = request.reschedule_appointment();
  if (moved.empty() && request.order().empty() && call.freshness.empty()) return absl::OkStatus();
  return database_->ReadAndWait([&](storage::Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(rpc::CheckFreshness(transaction, call.freshness));
    // Whoever may not see an appointment may not find out what would be free without it.
    if (!moved.empty()) {
      ASSIGN_OR_RETURN(const auto record,
                       Load<storage::v1::AppointmentRecord>(call, transaction, moved));
      KeepPins(record.appointment(), selection);
    }
    if (request.order().empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(*order, OrderUse::Read(call, transaction, request.order(), moved));
    return absl::OkStatus();
  });
}

}  // namespace clarity::scheduling
