#include <rhochain/kernels/space/rank_group.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace rhochain {
namespace {

constexpr std::size_t message_bytes = 512;

std::string message_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception of unknown type";
    }
}

}  // namespace

rank_group::rank_group(std::shared_ptr<communicator> ranks) : ranks_(std::move(ranks)) {}

std::vector<double> rank_group::gather(std::span<const double> mine, std::span<const std::int64_t> counts) {
    std::vector<std::size_t> bytes;
    std::size_t total = 0;
    for (const std::int64_t count : counts) {
        bytes.push_back(sizeof(word) + static_cast<std::size_t>(count) * sizeof(double));
        total += bytes.back();
    }
    std::vector<std::byte> sent(sizeof(word) + mine.size_bytes()), all(total);
    const word flags = flags_to_send();
    std::memcpy(sent.data(), &flags, sizeof(word));
    if (!mine.empty()) std::memcpy(sent.data() + sizeof(word), mine.data(), mine.size_bytes());
    ranks_->gather(sent, bytes, all);
    std::vector<double> numbers((total - counts.size() * sizeof(word)) / sizeof(double));
    int first_failed = -1;
    std::size_t from = 0;
    std::size_t to = 0;
    for (std::size_t r = 0; r < bytes.size(); ++r) {
        word given = 0;
        std::memcpy(&given, all.data() + from, sizeof(word));
        const std::size_t size = bytes[r] - sizeof(word);
        if (size > 0) std::memcpy(numbers.data() + to, all.data() + from + sizeof(word), size);
        if ((given & failed) != 0 && first_failed < 0) first_failed = static_cast<int>(r);
        agreed_ |= given & (stop | save);
        from += bytes[r];
        to += size / sizeof(double);
    }
    if (first_failed >= 0) throw_failure(first_failed);
    return numbers;
}

std::vector<double> rank_group::gather(double mine) {
    const std::vector<std::int64_t> one_each(static_cast<std::size_t>(size()), 1);
    return gather({&mine, 1}, one_each);
}

void rank_group::gather(std::span<const double> mine, std::span<const std::int64_t> counts, std::span<double> all) {
    // The words come first: a rank that has failed may have no numbers.
    const std::vector<std::int64_t> none(counts.size(), 0);
    static_cast<void>(gather({}, none));
    std::vector<std::size_t> bytes;
    for (const std::int64_t count : counts) bytes.push_back(static_cast<std::size_t>(count) * sizeof(double));
    ranks_->gather(std::as_bytes(mine), bytes, std::as_writable_bytes(all));
}

rank_group::word rank_group::flags_to_send() {
    const word flags = own_ | (failure_ ? failed : 0);
    own_ &= ~save;
    return flags;
}

void rank_group::fail(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
}

bool rank_group::take_agreed_save() {
    const bool agreed = (agreed_ & save) != 0;
    agreed_ &= ~save;
    return agreed;
}

// All ranks call this after the same gather. They receive the message of the first rank that failed.
void rank_group::throw_failure(int first_failed) {
    std::array<std::byte, message_bytes> message{};
    if (failure_) {
        const std::string text = message_of(failure_);
        std::memcpy(message.data(), text.data(), std::min(text.size(), message_bytes - 1));
    }
    const std::vector<std::size_t> bytes(static_cast<std::size_t>(size()), message_bytes);
    std::vector<std::byte> all(bytes.size() * message_bytes);
    ranks_->gather(message, bytes, all);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    const char* text =
        reinterpret_cast<const char*>(all.data()) + static_cast<std::size_t>(first_failed) * message_bytes;
    throw rank_failure("rank " + std::to_string(first_failed) + ": " + text);
}

}  // namespace rhochain
