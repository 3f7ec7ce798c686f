#include <string>
#include <vector>

#include "clients/callcenter/tool/callcenter.h"

int main(int argc, char** argv) {
  using namespace clarity::client;  // NOLINT: nothing else is named here
  return RunCallCenter(std::vector<std::string>(argv + 1, argv + argc), SystemConsole(),
                       ConnectCallCenter);
}
