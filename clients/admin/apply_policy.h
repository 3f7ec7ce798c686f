#ifndef CLARITY_CLIENTS_ADMIN_APPLY_POLICY_H_
#define CLARITY_CLIENTS_ADMIN_APPLY_POLICY_H_

#include <string>

#include "clients/admin/policy_client.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"

namespace clarity::client {

struct ApplyPolicyOptions {
  std::string path;      // a file or a directory
  std::string comment;   // why, for the list of versions
  bool yes = false;      // do not ask
  bool dry_run = false;  // only show what would change
};

// `clarityctl policy apply`: shows what would change, of the policy and of decisions on open
// episodes, asks, and makes the server's policy what the files declare. What the server refuses is
// reported by file and line.
ExitCode ApplyPolicy(const ApplyPolicyOptions& options, const PolicyClient& client,
                     const Console& console);

struct ExportPolicyOptions {
  std::string name;       // empty: the only one
  int version = 0;        // 0: the present one
  std::string directory;  // empty: on the standard output
};

// `clarityctl policy export`.
ExitCode ExportPolicy(const ExportPolicyOptions& options, const PolicyClient& client,
                      const Console& console);

// `clarityctl policy list`: the versions, the newest first.
ExitCode ListPolicyVersions(const PolicyClient& client, const Console& console);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_APPLY_POLICY_H_
