#include "tests/support/clinic_server.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "services/clarityd/data_directory.h"
#include "services/platform/base/log.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

constexpr char kBegin[] = "2026-03-02 07:10";
constexpr uint64_t kSeed = 20260302;
constexpr int kAuditRecordsMax = 1000;

}  // namespace

TokenClaims Claims(const std::string& subject, const std::string& role) {
  TokenClaims claims;
  claims.subject = subject;
  claims.roles = {role};
  return claims;
}

ClinicServer::ClinicServer(Layout layout)
    : issuer_("test-key"), clock_(At(kBegin)), random_(kSeed) {
  base::SetLogLevel(base::LogLevel::kError);
  issuer_.WritePublicKey(directory_ / "keys");
  if (layout == Layout::kTogether) {
    parts_.push_back({{"scheduling", "consultation"}, directory_ / "data", 0, nullptr});
  } else {
    parts_.push_back({{"scheduling"}, directory_ / "data", 0, nullptr});
    parts_.push_back({{"consultation"}, directory_ / "consultation", 0, nullptr});
  }
  for (const Part& part : parts_) std::filesystem::create_directories(part.data_directory);
  const std::ofstream nobody_yet(directory_ / "revoked");
  Start();
  scheduling::v1::ApplyCatalogRequest apply;
  *apply.mutable_catalog() = TestCatalog();
  Value(ConnectAs(Claims("operator", "OPERATOR")).AsOperator().ApplyCatalog(apply));
}

ClinicServer::~ClinicServer() = default;

std::string ClinicServer::address() const {
  return absl::StrCat("127.0.0.1:", parts_.front().port);
}
std::string ClinicServer::consultation_address() const {
  return absl::StrCat("127.0.0.1:", parts_.back().port);
}

std::string ClinicServer::Token(TokenClaims claims) const {
  claims.issue_time = clock_.Now() - absl::Minutes(1);
  if (claims.expire_time == absl::InfiniteFuture()) {
    claims.expire_time = claims.issue_time + absl::Hours(24 * 365 * 10);  // clocks of tests leap
  }
  return issuer_.Issue(claims);
}

Connections ClinicServer::ConnectAs(const TokenClaims& claims) const {
  return Connect(address(), Token(claims));
}

void ClinicServer::Restart() {
  Stop();
  Start();
}

// Consultation calls scheduling: it stops first and starts last.
void ClinicServer::Stop() {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) part->instance.reset();
}

void ClinicServer::Start() {
  for (Part& part : parts_) Start(&part);
}

void ClinicServer::StopScheduling() { parts_.front().instance.reset(); }
void ClinicServer::StartScheduling() { Start(&parts_.front()); }
void ClinicServer::StopConsultation() { parts_.back().instance.reset(); }
void ClinicServer::StartConsultation() { Start(&parts_.back()); }

std::string ClinicServer::BackUp() { return BackUp(parts_.front()); }
void ClinicServer::Restore(const std::string& backup) { Restore(backup, parts_.front()); }
std::string ClinicServer::BackUpConsultation() { return BackUp(parts_.back()); }
void ClinicServer::RestoreConsultation(const std::string& backup) {
  Restore(backup, parts_.back());
}

std::string ClinicServer::BackUp(const Part& part) {
  const std::string target = directory_ / absl::StrCat("backup-", ++backups_);
  Value(BackUpDataDirectory(part.data_directory, target,
                            [](absl::string_view, int64_t, int64_t) { return absl::OkStatus(); }));
  return target;
}

void ClinicServer::Restore(const std::string& backup, const Part& part) {
  Stop();
  std::filesystem::remove_all(part.data_directory);
  std::filesystem::copy(backup, part.data_directory);
  Start();
}

std::vector<storage::AuditRecord> ClinicServer::Audit() {
  Stop();
  std::vector<storage::AuditRecord> records;
  {
    storage::SqliteDatabase::Options options;
    options.directory = directory_ / "data";
    options.file_name = SchedulingStore().file_name;
    options.migrations = SchedulingStore().migrations;
    options.clock = &clock_;
    const auto database = Value(storage::SqliteDatabase::Open(options));
    Succeed(database->ReadAndWait([&](storage::Transaction& transaction) {
      records = Value(storage::ReadAudit(transaction, "", kAuditRecordsMax));
      return absl::OkStatus();
    }));
  }
  Start();
  return records;
}

void ClinicServer::Revoke(const std::string& token_id) {
  std::ofstream(directory_ / "revoked", std::ios::app) << token_id << "\n";
}

void ClinicServer::Start(Part* part) {
  const TokenClaims consultation = Claims("consultation", "SERVICE");
  std::ofstream(directory_ / "service.token") << Token(consultation);
  Config config;
  config.services = part->services;
  config.server.address.port = part->port;
  config.data_directory = part->data_directory;
  config.keys_directory = directory_ / "keys";
  config.revocation_file = directory_ / "revoked";
  config.roles_file = CLARITY_TESTS_ROLES_FILE;
  config.scheduling_token_file = directory_ / "service.token";
  if (parts_.size() > 1) config.scheduling_server.emplace().server = address();
  config.issuer = rpc::testing::kIssuer;
  config.audience = rpc::testing::kAudience;
  part->instance = Value(Instance::Start(config, &clock_, &random_));
  part->port = part->instance->port();
}

}  // namespace clarity::tests
