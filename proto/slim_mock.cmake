# cmake -D MOCK=x_mock.grpc.pb.h -P slim_mock.cmake
#
# gRPC mocks each method three times. Nobody here calls asynchronously, and two mocks of three cost the
# most of compiling a test: they become plain methods. And the header gets the guard that it lacks.
file(READ ${MOCK} text)
string(REGEX REPLACE
  "MOCK_METHOD[0-9]\\(((Prepare)?Async[A-Za-z]+Raw), ([^(]+)\\(([^)]*)\\)\\);"
  "\\3 \\1(\\4) override { return nullptr; }"
  text "${text}")
file(WRITE ${MOCK} "#pragma once\n${text}")
