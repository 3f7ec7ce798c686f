#ifndef CLARITY_CLIENTS_TERMINAL_NAMES_H_
#define CLARITY_CLIENTS_TERMINAL_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace clarity::client {

// The resource name somebody means who may leave the collection out: "p-1" or "patients/p-1" in
// "patients". Empty stays empty.
std::string FullName(absl::string_view collection, absl::string_view name);

// The id of a resource name, without its collection.
std::string ShortName(absl::string_view name);

// "1 clinic", "2 clinics".
std::string Counted(int64_t count, absl::string_view noun);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_NAMES_H_
