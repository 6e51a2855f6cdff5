#include "bindings.hpp"

#include <rhochain/kernels/products/instruction_set.hpp>
#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/version.hpp>

#include <map>
#include <string>

namespace rhochain::python {

void bind_build_info(py::module_& m) {
    m.def("build_info", [] {
        return std::map<std::string, std::string>{{"version", version()},
                                                  {"compiler", compiler()},
                                                  {"isa", name_of(chosen_instruction_set())},
                                                  {"openmp", threading_description()},
                                                  {"threads", std::to_string(resolve_threads(0))}};
    });
}

}  // namespace rhochain::python
