// What the machine itself does, whatever the library: GB/s read from memory in order, and 10^9 independent 8-byte reads
// a second at random positions of x, for several lengths of x. Prints JSON. roofline.py compiles and runs it:
//     ceilings THREADS n_1 n_2 ...
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace {

constexpr int repetitions = 15;

template <class T>
class pages {
public:
    explicit pages(std::size_t count) {
        constexpr std::size_t huge = std::size_t{1} << 21;
        const std::size_t bytes = (count * sizeof(T) / huge + 1) * huge;
        data_ = static_cast<T*>(std::aligned_alloc(huge, bytes));
#if defined(__linux__)
        madvise(data_, bytes, MADV_HUGEPAGE);
#endif
    }
    ~pages() { std::free(data_); }
    pages(const pages&) = delete;
    pages& operator=(const pages&) = delete;
    T* data() const { return data_; }

private:
    T* data_;
};

// Seconds of the fastest of several runs of body(begin, end) on equal parts of [0, n).
double fastest(int threads, std::int64_t n, const std::function<double(std::int64_t, std::int64_t)>& body) {
    double best = 1e300;
    volatile double sink = 0.0;
    for (int r = 0; r < repetitions; ++r) {
        std::vector<double> results(static_cast<std::size_t>(threads));
        const auto begin = std::chrono::steady_clock::now();
        std::vector<std::thread> team;
        for (int t = 0; t < threads; ++t)
            team.emplace_back(
                [&, t] { results[static_cast<std::size_t>(t)] = body(n / threads * t, n / threads * (t + 1)); });
        for (std::thread& t : team) t.join();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        for (const double x : results) sink = sink + x;
    }
    return best;
}

double read_in_order(const double* x, std::int64_t begin, std::int64_t end) {
    double partial[32] = {};
    for (std::int64_t i = begin; i + 32 <= end; i += 32)
        for (int l = 0; l < 32; ++l) partial[l] += x[i + l];
    double total = 0.0;
    for (const double p : partial) total += p;
    return total;
}

double read_one_by_one(const double* x, const std::int32_t* c, std::int64_t begin, std::int64_t end) {
    double partial[8] = {};
    for (std::int64_t i = begin; i + 8 <= end; i += 8)
        for (int l = 0; l < 8; ++l) partial[l] += x[c[i + l]];
    double total = 0.0;
    for (const double p : partial) total += p;
    return total;
}

double read_by_gathers([[maybe_unused]] const double* x, [[maybe_unused]] const std::int32_t* c,
                       [[maybe_unused]] std::int64_t begin, [[maybe_unused]] std::int64_t end) {
#if defined(__AVX512F__)
    __m512d total[2] = {_mm512_setzero_pd(), _mm512_setzero_pd()};
    __mmask8 all = 0xff;
    for (std::int64_t i = begin; i + 16 <= end; i += 16)
        for (int h = 0; h < 2; ++h) {
            __asm__("" : "+k"(all));  // keeps the zeros below, without which each gather waits for the last
            const __m256i index = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(c + i + 8 * h));
            total[h] = _mm512_add_pd(total[h], _mm512_mask_i32gather_pd(_mm512_setzero_pd(), all, index, x, 8));
        }
    return _mm512_reduce_add_pd(_mm512_add_pd(total[0], total[1]));
#else
    return 0.0;
#endif
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 1;
    const int threads = std::atoi(argv[1]);
    constexpr std::int64_t long_enough = std::int64_t{1} << 26;
    std::printf("{");
    {
        const pages<double> x(long_enough);
        std::fill_n(x.data(), long_enough, 1.0);
        const double t = fastest(threads, long_enough, [&](auto a, auto b) { return read_in_order(x.data(), a, b); });
        std::printf("\"stream\": %.4g", static_cast<double>(long_enough * 8) / t / 1e9);
    }
    constexpr std::int64_t reads = 10'000'000;
    std::mt19937_64 generator(1);
    std::printf(", \"gather\": {");
    for (int k = 2; k < argc; ++k) {
        const std::int64_t n = std::atoll(argv[k]);
        const pages<double> x(static_cast<std::size_t>(n));
        const pages<std::int32_t> c(reads);
        std::fill_n(x.data(), n, 1.0);
        for (std::int64_t i = 0; i < reads; ++i)
            c.data()[i] = static_cast<std::int32_t>(generator() % static_cast<std::uint64_t>(n));
        double t = fastest(threads, reads, [&](auto a, auto b) { return read_one_by_one(x.data(), c.data(), a, b); });
#if defined(__AVX512F__)
        t = std::min(
            t, fastest(threads, reads, [&](auto a, auto b) { return read_by_gathers(x.data(), c.data(), a, b); }));
#endif
        std::printf("%s\"%lld\": %.4g", k > 2 ? ", " : "", static_cast<long long>(n),
                    static_cast<double>(reads) / t / 1e9);
    }
    std::printf("}}\n");
}
