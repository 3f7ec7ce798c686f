#ifndef CLARITY_CLIENTS_ADMIN_CHANGES_H_
#define CLARITY_CLIENTS_ADMIN_CHANGES_H_

#include <string>

#include "absl/status/status.h"
#include "clients/admin/declared_files.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"
#include "clients/terminal/table.h"

// What applying a catalog and applying a policy have in common: changes are shown, agreed to, and
// refused by file and line.
namespace clarity::client {

// `Reply`: of the method that applies; its actions are named alike.
template <typename Reply>
Cell SignOf(typename Reply::Action action) {
  switch (action) {
    case Reply::ACTION_CREATE:
      return {"+", Tone::kGood};
    case Reply::ACTION_UPDATE:
      return {"~", Tone::kWarning};
    case Reply::ACTION_DELETE:
      return {"-", Tone::kBad};
    default:
      return {"?", Tone::kPlain};
  }
}

// Errors of what the files declare by file and line, like a compiler; all others as usual.
ExitCode ReportRefusal(const absl::Status& status, const DeclaredFiles& files,
                       const Console& console);

enum class Consent { kGiven, kRefused, kNobodyToAsk };
// Whether the person at the terminal agrees to so many changes; `yes`: has agreed already.
Consent AskToApply(const std::string& changes, bool yes, const Console& console);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_CHANGES_H_
