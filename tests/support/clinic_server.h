#ifndef CLARITY_TESTS_SUPPORT_CLINIC_SERVER_H_
#define CLARITY_TESTS_SUPPORT_CLINIC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/clarityd/instance.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/testing/token.h"
#include "services/platform/storage/audit.h"
#include "tests/support/connections.h"
#include "tests/support/temporary_directory.h"

namespace clarity::tests {

// What a token of the test's says: of somebody in one role, for all clinics.
using TokenClaims = rpc::testing::TokenClaims;
TokenClaims Claims(const std::string& subject, const std::string& role);

// A clarityd in this process, on a directory and a port of its own. Its clock moves only when told
// to, and its dice always fall alike.
class ClinicServer {
 public:
  // Whether one server has both services, or each has its own, as in two processes: then
  // consultation calls scheduling over TCP, and either can stop alone.
  enum class Layout { kTogether, kApart };

  // Monday, 2 March 2026, 7:10 at Lake Forest, with the clinics of clinics.textproto.
  explicit ClinicServer(Layout layout = Layout::kTogether);
  ~ClinicServer();

  base::ManualClock& clock() { return clock_; }
  std::string address() const;
  // The same, where they are together.
  std::string consultation_address() const;
  const rpc::testing::TestIssuer& issuer() const { return issuer_; }

  // Good from now on; for ten years, unless it says until when.
  std::string Token(TokenClaims claims) const;
  Connections ConnectAs(const TokenClaims& claims) const;

  // All of it stops as it should, and starts again on what it has stored, at the same address.
  void Restart();
  void Stop();
  void Start();
  // One of two that are apart.
  void StopScheduling();
  void StartScheduling();
  void StopConsultation();
  void StartConsultation();
  // A copy of what it has stored, made while it goes on; and the server stopped, and started on
  // one. Of two that are apart, of what scheduling has, or consultation.
  std::string BackUp();
  void Restore(const std::string& backup);
  std::string BackUpConsultation();
  void RestoreConsultation(const std::string& backup);
  // What the audit has, after a stop and a start.
  std::vector<storage::AuditRecord> Audit();
  // Tokens with this id are not taken any more, once the server has looked at its file.
  void Revoke(const std::string& token_id);

 private:
  // One clarityd.
  struct Part {
    std::vector<std::string> services;
    std::string data_directory;
    int port = 0;  // any, until the first start has chosen
    std::unique_ptr<Instance> instance;
  };
  void Start(Part* part);
  std::string BackUp(const Part& part);
  void Restore(const std::string& backup, const Part& part);

  const TemporaryDirectory directory_;
  const rpc::testing::TestIssuer issuer_;
  base::ManualClock clock_;
  base::SeededRandom random_;
  int backups_ = 0;
  std::vector<Part> parts_;  // that with scheduling first, that with consultation last
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_CLINIC_SERVER_H_
