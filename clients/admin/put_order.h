#ifndef CLARITY_CLIENTS_ADMIN_PUT_ORDER_H_
#define CLARITY_CLIENTS_ADMIN_PUT_ORDER_H_

#include <string>
#include <vector>

#include "clients/core/order_connection.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"

namespace clarity::client {

struct PutOrderOptions {
  std::string name;     // empty: a new one
  std::string patient;  // with or without the collection, as the visit types
  std::string clinic;   // may be empty, where the token is for all clinics
  std::vector<std::string> visit_types;
  int units = 1;
  int days = 90;      // from now on
  int gap_hours = 0;  // least, from start to start
};

// `clarityctl order`: puts an order the way the service does that decides about treatment. For
// trying out, and for a group that runs scheduling alone.
ExitCode PutOrder(const PutOrderOptions& options, OrderConnection& orders, const Console& console);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_PUT_ORDER_H_
