#include "services/scheduling/catalog/snapshot.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/base/hash.h"
#include "services/platform/base/local_time.h"

namespace clarity::scheduling::catalog {
namespace {

using calendar::Bits512;
using calendar::Location;
using calendar::PageIndex;

constexpr char kTelehealthSuffix[] = "/telehealth";

// Of the contents, so that what is changed back has its old etag again and whoever holds that is
// right to. 64 bits: it is compared with its own predecessors only.
std::string EtagOf(absl::string_view contents) {
  return absl::BytesToHexString(base::Sha256(contents).substr(0, 8));
}

template <typename Items>
void SortAndTag(Items* items) {
  for (auto& item : *items) {
    item.clear_etag();
    item.set_etag(EtagOf(item.SerializeAsString()));
  }
  std::sort(items->pointer_begin(), items->pointer_end(),
            [](const auto* a, const auto* b) { return a->name() < b->name(); });
}

std::string EtagOf(const v1::Catalog& catalog) {
  std::string etags;
  for (const auto& item : catalog.clinics()) absl::StrAppend(&etags, item.etag(), " ");
  for (const auto& item : catalog.resources()) absl::StrAppend(&etags, item.etag(), " ");
  for (const auto& item : catalog.visit_types()) absl::StrAppend(&etags, item.etag(), " ");
  return EtagOf(absl::string_view(etags));
}

template <typename Items>
absl::flat_hash_map<absl::string_view, int> IndexOf(const Items& items) {
  absl::flat_hash_map<absl::string_view, int> index;
  for (int i = 0; i < items.size(); ++i) index[items.Get(i).name()] = i;
  return index;
}

template <typename Index>
std::optional<int> Find(const Index& index, absl::string_view name) {
  const auto it = index.find(name);
  if (it == index.end()) return std::nullopt;
  return it->second;
}

int64_t FloorDivide(int64_t value, int64_t by) {
  return value >= 0 ? value / by : -((-value + by - 1) / by);
}

}  // namespace

std::shared_ptr<const Snapshot> Snapshot::Make(v1::Catalog catalog, int64_t version) {
  SortAndTag(catalog.mutable_clinics());
  SortAndTag(catalog.mutable_resources());
  SortAndTag(catalog.mutable_visit_types());
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(catalog), version));
}

Snapshot::Snapshot(v1::Catalog catalog, int64_t version)
    : catalog_(std::move(catalog)),
      version_(version),
      etag_(EtagOf(catalog_)),
      roster_(catalog_),
      clinic_index_(IndexOf(catalog_.clinics())),
      resource_index_(IndexOf(catalog_.resources())),
      visit_type_index_(IndexOf(catalog_.visit_types())) {
  zones_.reserve(static_cast<size_t>(clinic_count()));
  directions_.reserve(static_cast<size_t>(clinic_count()));
  for (const v1::Clinic& clinic : catalog_.clinics()) {
    zones_.push_back(ZoneOf(clinic.time_zone()));
    directions_.push_back(DirectionOf(clinic.position()));
  }
}

std::optional<int> Snapshot::FindClinic(absl::string_view name) const {
  return Find(clinic_index_, name);
}

std::optional<int> Snapshot::FindResource(absl::string_view name) const {
  return Find(resource_index_, name);
}

std::optional<int> Snapshot::FindVisitType(absl::string_view name) const {
  return Find(visit_type_index_, name);
}

std::string Snapshot::LocationName(Location location) const {
  const bool telehealth = ModalityOf(location) == v1::MODALITY_TELEHEALTH;
  return absl::StrCat(clinic(ClinicOf(location)).name(), telehealth ? kTelehealthSuffix : "");
}

std::optional<Location> Snapshot::FindLocation(absl::string_view name) const {
  const bool telehealth = absl::ConsumeSuffix(&name, kTelehealthSuffix);
  const std::optional<int> clinic = FindClinic(name);
  if (!clinic.has_value()) return std::nullopt;
  return LocationOf(*clinic, telehealth ? v1::MODALITY_TELEHEALTH : v1::MODALITY_IN_PERSON);
}

const VisitPlan* Snapshot::Plan(int visit_type, int clinic, v1::Modality modality) const {
  if (modality == v1::MODALITY_UNSPECIFIED) {
    modality = UsualModalityOf(catalog_.visit_types(visit_type));
  }
  const PlanKey key = {visit_type, clinic, modality};
  {
    base::MutexLock lock(&plans_mutex_);
    const auto it = plans_.find(key);
    if (it != plans_.end()) return it->second.get();
  }
  // Made without the lock, so that a large one holds up nobody; if two make it, the first is kept.
  auto plan = MakePlan(*this, visit_type, clinic, modality);
  base::MutexLock lock(&plans_mutex_);
  return plans_.emplace(key, std::move(plan)).first->second.get();
}

Bits512 Snapshot::OpenPage(int resource, Location location, PageIndex page) const {
  const int64_t number = FloorDivide(page, kBlockPages);
  return OpenBlock(resource, location, number)->pages()[page - number * kBlockPages];
}

void Snapshot::FillOpen(int resource, calendar::Timeline* timeline) const {
  const calendar::PageRange range = timeline->pages();
  for (const Location location : LocationsOf(resource)) {
    for (PageIndex page = range.first; page < range.end(); ++page) {
      timeline->SetOpen(location, page, OpenPage(resource, location, page));
    }
  }
}

Snapshot::Block Snapshot::OpenBlock(int resource, Location location, int64_t number) const {
  OpenShard& shard = open_shards_[static_cast<size_t>(resource) % kOpenShards];
  {
    base::MutexLock lock(&shard.mutex);
    const std::map<int64_t, Block>& blocks = shard.blocks[{resource, location}];
    const auto it = blocks.find(number);
    if (it != blocks.end()) return it->second;
  }
  const calendar::PageRange pages = {number * kBlockPages, kBlockPages};
  auto block = std::make_shared<const calendar::Bitmap>(
      OpenHours(catalog_.resources(resource), catalog_.clinics(ClinicOf(location)),
                ModalityOf(location), pages, &shifts_));
  base::MutexLock lock(&shard.mutex);
  std::map<int64_t, Block>& blocks = shard.blocks[{resource, location}];
  blocks.emplace(number, block);
  if (blocks.size() > kBlocksKeptMax) blocks.erase(blocks.begin());
  return block;
}

ClosedReason Snapshot::WhyClosed(int resource, Location location, calendar::Tick tick) const {
  return catalog::WhyClosed(catalog_.resources(resource), catalog_.clinics(ClinicOf(location)),
                            ModalityOf(location), tick);
}

std::vector<calendar::Interval> Snapshot::LicencesOf(int resource, int clinic) const {
  return LicencePeriods(catalog_.resources(resource), catalog_.clinics(clinic).jurisdiction(),
                        zones_[clinic]);
}

}  // namespace clarity::scheduling::catalog
