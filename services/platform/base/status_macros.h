#ifndef CLARITY_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_
#define CLARITY_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// RETURN_IF_ERROR(status_expression): leaves the function with the status unless it is OK.
#define RETURN_IF_ERROR(expression)                    \
  do {                                                 \
    ::absl::Status clarity_status_ = (expression);     \
    if (!clarity_status_.ok()) return clarity_status_; \
  } while (false)

#define CLARITY_CONCAT_INNER_(a, b) a##b
#define CLARITY_CONCAT_(a, b) CLARITY_CONCAT_INNER_(a, b)

// ASSIGN_OR_RETURN(auto value, statusor_expression): the value, or leaves with the status.
#define ASSIGN_OR_RETURN(target, expression) \
  CLARITY_ASSIGN_OR_RETURN_(CLARITY_CONCAT_(clarity_statusor_, __LINE__), target, expression)
#define CLARITY_ASSIGN_OR_RETURN_(statusor, target, expression) \
  auto statusor = (expression);                                 \
  if (!statusor.ok()) return std::move(statusor).status();      \
  target = *std::move(statusor)

#endif  // CLARITY_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_
