#ifndef CLARITY_TESTS_SUPPORT_CONNECTIONS_H_
#define CLARITY_TESTS_SUPPORT_CONNECTIONS_H_

#include <memory>
#include <string>

#include "clients/admin/admin_client.h"
#include "clients/callcenter/call_center_client.h"
#include "clients/core/catalog_connection.h"
#include "clients/core/credentials.h"
#include "clients/core/order_connection.h"
#include "clients/core/scheduling_connection.h"
#include "clients/portal/portal_client.h"

namespace clarity::tests {

// Everything one caller can call, over a channel of its own.
struct Connections {
  std::shared_ptr<client::SchedulingConnection> scheduling;
  std::shared_ptr<client::CatalogConnection> catalog;
  std::shared_ptr<client::OrderConnection> orders;
  std::shared_ptr<client::Credentials> credentials;

  client::CallCenterClient AsAgent() const { return {scheduling, catalog, orders}; }
  client::AdminClient AsOperator() const { return client::AdminClient(catalog); }
  client::PortalClient AsPatient() const { return {scheduling, catalog, orders, credentials}; }
};

// Calls of these connections are made once, unless a test allows more attempts: it looks at the
// first answer. An empty token: calls go without one.
Connections Connect(const std::string& address, const std::string& token, int attempts_max = 1);

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_CONNECTIONS_H_
