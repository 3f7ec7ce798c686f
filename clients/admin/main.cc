#include <string>
#include <vector>

#include "clients/admin/clarityctl.h"
#include "clients/admin/server_program.h"

int main(int argc, char** argv) {
  using namespace clarity::client;  // NOLINT: nothing else is named here
  return RunClarityctl(std::vector<std::string>(argv + 1, argv + argc), SystemConsole(),
                       ConnectAdmin, BecomeClarityd);
}
