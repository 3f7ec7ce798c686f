#ifndef CLARITY_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_
#define CLARITY_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define CLARITY_CONCAT_INNER_(a, b) a##b
#define CLARITY_CONCAT_(a, b) CLARITY_CONCAT_INNER_(a, b)
// Not by __LINE__: the arguments of a macro may hold a lambda that uses these macros itself, and
// then all of it is one line.
#define CLARITY_UNIQUE_(name) CLARITY_CONCAT_(name, __COUNTER__)

// RETURN_IF_ERROR(status_expression): leaves the function with the status unless it is OK.
#define RETURN_IF_ERROR(expression) \
  CLARITY_RETURN_IF_ERROR_(CLARITY_UNIQUE_(clarity_status_), expression)
#define CLARITY_RETURN_IF_ERROR_(status, expression) \
  do {                                               \
    ::absl::Status status = (expression);            \
    if (!status.ok()) return status;                 \
  } while (false)

// ASSIGN_OR_RETURN(auto value, statusor_expression): the value, or leaves with the status.
#define ASSIGN_OR_RETURN(target, expression) \
  CLARITY_ASSIGN_OR_RETURN_(CLARITY_UNIQUE_(clarity_statusor_), target, expression)
#define CLARITY_ASSIGN_OR_RETURN_(statusor, target, expression) \
  auto statusor = (expression);                                 \
  if (!statusor.ok()) return std::move(statusor).status();      \
  target = *std::move(statusor)

#endif  // CLARITY_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_
