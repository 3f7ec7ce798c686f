#include "services/consultation/scheduling/clinics.h"

#include <utility>
#include <vector>

#include "services/consultation/limits.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using scheduling::v1::Clinic;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr Sql kRead = {"SELECT body FROM clinic WHERE name = $1"};
constexpr Sql kRemoveAll = {"DELETE FROM clinic"};
constexpr Sql kAdd = {"INSERT INTO clinic (name, country, body, key_id) VALUES ($1, $2, $3, 0)"};
constexpr Sql kCountries = {
    "SELECT DISTINCT country FROM clinic WHERE country <> '' ORDER BY country"};
constexpr Sql kNames = {"SELECT name FROM clinic ORDER BY name"};

absl::StatusOr<std::vector<std::string>> ReadTexts(Transaction& transaction, const Sql& sql) {
  std::vector<std::string> texts;
  RETURN_IF_ERROR(transaction.Query(sql, {}, [&](const storage::Row& row) {
    texts.emplace_back(row.Text(0));
    return absl::OkStatus();
  }));
  return texts;
}

absl::StatusOr<std::vector<Clinic>> ListAll(client::CatalogConnection& catalog) {
  std::vector<Clinic> clinics;
  scheduling::v1::ListClinicsRequest request;
  do {
    ASSIGN_OR_RETURN(auto page, catalog.ListClinics(request, {}));
    for (Clinic& clinic : *page.mutable_clinics()) clinics.push_back(std::move(clinic));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return clinics;
}

absl::Status BeingAsked() {
  return base::Unavailable("scheduling is being asked for its clinics",
                           limits::kClinicAskAgainAfter);
}

}  // namespace

absl::StatusOr<absl::TimeZone> ZoneOf(const Clinic& clinic) {
  if (const auto zone = FindZone(clinic.time_zone()); zone.has_value()) return *zone;
  return base::Internal("this machine does not know the time zone of a clinic");
}

Clinics::~Clinics() { Stop(); }

void Clinics::Follow(std::shared_ptr<client::CatalogConnection> catalog) {
  catalog_ = std::move(catalog);
  thread_ = std::thread([this] { Run(); });
}

void Clinics::Stop() {
  {
    base::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<Clinic> Clinics::Find(Transaction& transaction, const std::string& name) {
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kRead, name));
  if (body.has_value()) return storage::ParseRecord<Clinic>(*body);
  if (IsKnownMissing(name)) return base::NotFound(name);
  return BeingAsked();
}

absl::StatusOr<std::vector<std::string>> Clinics::Names(Transaction& transaction) {
  return ReadTexts(transaction, kNames);
}

absl::StatusOr<std::vector<std::string>> Clinics::Countries(Transaction& transaction) {
  ASSIGN_OR_RETURN(auto countries, ReadTexts(transaction, kCountries));
  if (countries.empty() && !IsKnownMissing("")) return BeingAsked();
  return countries;
}

bool Clinics::IsKnownMissing(const std::string& name) {
  base::MutexLock lock(&mutex_);
  if (missed_.size() > limits::kMissingClinicsMax) missed_.clear();
  const auto [missed, is_first] = missed_.emplace(name, begun_);
  // Also where the answer is known: by the next time the clinic may be there.
  asked_ = true;
  changed_.NotifyAll();
  // One that had begun before may have been answered before the clinic was there.
  return !is_first && done_ > missed->second;
}

void Clinics::Run() {
  bool is_away = false;  // said once, not every second
  for (;;) {
    int64_t number = 0;
    {
      base::MutexLock lock(&mutex_);
      if (stopping_) return;
      asked_ = false;
      number = ++begun_;
    }
    const absl::Status status = Refresh();
    base::MutexLock lock(&mutex_);
    if (status.ok()) {
      done_ = number;
    } else {
      asked_ = false;
    }
    if (status.ok() == is_away) {
      is_away = !status.ok();
      base::Log(is_away ? base::LogLevel::kWarning : base::LogLevel::kInfo,
                is_away ? "scheduling does not tell of its clinics" : "scheduling tells again",
                {{"error", std::string(status.message())}});
    }
    if (!stopping_ && !asked_)
      changed_.WaitFor(&mutex_,
                       status.ok() ? limits::kClinicsRefreshEvery : limits::kSchedulingRetryEvery);
  }
}

absl::Status Clinics::Refresh() {
  ASSIGN_OR_RETURN(const auto clinics, ListAll(*catalog_));
  return database_.WriteAndWait([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.Execute(kRemoveAll, {}).status());
    for (const Clinic& clinic : clinics) {
      const std::string body = clinic.SerializeAsString();
      RETURN_IF_ERROR(
          transaction
              .Execute(kAdd, {Value::Text(clinic.name()), Value::Text(clinic.address().country()),
                              Value::Bytes(body)})
              .status());
    }
    return absl::OkStatus();
  });
}

}  // namespace clarity::consultation
