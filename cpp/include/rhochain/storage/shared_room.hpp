// Memory that calls use in turn and that is kept between them, with whatever owns it: pages taken from the system anew cost as
// much as a product. A call that finds it in use takes memory of its own for as long as it runs. Of any number of threads.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <mutex>

namespace rhochain {

class shared_room {
public:
    explicit shared_room(std::size_t size) : room_(size) {}

    [[nodiscard]] std::size_t size() const { return room_.size(); }

    class loan {
    public:
        explicit loan(shared_room& from)
            : lock_(from.in_use_, std::try_to_lock), own_(lock_.owns_lock() ? 0 : from.size()),
              data_(lock_.owns_lock() ? from.room_.data() : own_.data()) {}

        [[nodiscard]] double* data() const { return data_; }

    private:
        std::unique_lock<std::mutex> lock_;
        buffer<double> own_;
        double* data_;
    };

private:
    std::mutex in_use_;
    buffer<double> room_;
};

}  // namespace rhochain
