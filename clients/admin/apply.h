#ifndef CLARITY_CLIENTS_ADMIN_APPLY_H_
#define CLARITY_CLIENTS_ADMIN_APPLY_H_

#include <string>

#include "clients/admin/admin_client.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"

namespace clarity::client {

struct ApplyOptions {
  std::string path;             // a file or a directory
  bool yes = false;             // do not ask
  bool dry_run = false;         // only show the difference
  bool accept_orphans = false;  // take it that appointments lose their cover
};

// `clarityctl apply`: shows what would change, asks, and makes the server's catalog what the files
// declare. What the server refuses is reported by file and line.
ExitCode Apply(const ApplyOptions& options, const AdminClient& client, const Console& console);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_APPLY_H_
