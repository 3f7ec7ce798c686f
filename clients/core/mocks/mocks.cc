#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/core/mocks/mock_scheduling_connection.h"

namespace clarity::client {

MockCatalogConnection::MockCatalogConnection() = default;
MockCatalogConnection::~MockCatalogConnection() = default;
MockOrderConnection::MockOrderConnection() = default;
MockOrderConnection::~MockOrderConnection() = default;
MockSchedulingConnection::MockSchedulingConnection() = default;
MockSchedulingConnection::~MockSchedulingConnection() = default;

}  // namespace clarity::client

template class testing::NiceMock<clarity::client::MockCatalogConnection>;
template class testing::NiceMock<clarity::client::MockOrderConnection>;
template class testing::NiceMock<clarity::client::MockSchedulingConnection>;
