// A linear operator A: R^cols -> R^rows is anything that offers
//     rows(), cols(),  apply(X, Y): Y = A X,  apply_adjoint(X, Y): Y = A^T X
// on row-major blocks: from a const_block X to a mutable_block Y (block.hpp), whose entries it reads and writes; or
// from a block_in to a block_out (vector_views.hpp) where it passes them on to other maps. Solvers see it as a
// linear_map (linear_map.hpp). It may offer more:
//     apply(f, X, Y), apply_adjoint(f, X, Y), row_terms(), column_terms()
//         products with the entrywise images |A| and A o A (entry_map.hpp), and the largest number of terms in a row
//         and a column sum: PROVED bounds need such an `entrywise_operator`;
//     has_adjoint()                  whether apply_adjoint works, or throws;
//     modulus()                      whether these images are |A| and A o A themselves, or majorants of them;
//     lossless()                     whether its entries are those of the matrix it stands for, to the last bit;
//     apply(f, X, Y, task), ..       products that pass each panel to a task (fusing_operator, panel_task.hpp);
//     one_sweep(), apply_both(..)    A X, a task on it, A^T of the result, the matrix read once (sweeping_operator);
//     exponent(), normalised()       2^-e W in place of W, its entries near 1;
//     threads(), with_threads(t)     the threads of a product;
//     domain(), range()              spaces (space.hpp), where rows() and cols() entries are not all in this process:
//         such a product reports exceptions by space::attempt, so that no rank waits for one that has failed;
//     entries(), principal(..)       the stored matrix (stored_entries.hpp), and parts of it as matrices of their own;
//     own_rows(), own_columns()      its rows and those of its transpose in this rank, where ranks share it;
//     gathers(), gathered()          all of it in the first rank;
//     for_one_product(), pool(), prepared_bytes()   layouts for many products, and memory for results.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/storage/block.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace rhochain {

// What the products with the images of A under absolute and squared are products with. A majorant of |A| is a matrix M
// with M_ij >= |A_ij| for all i, j, so that |A x| <= M |x|: it bounds norms and radii of A from above, and the rounding
// of products with A. Nothing that holds for |A| from below follows from it.
enum class moduli {
    none,      // there are none: only products with A
    majorant,  // majorants of |A| and A o A
    exact,     // |A| and A o A
};

namespace detail {

template <class A, class In, class Out>
concept multiplies = requires(const A& a, In x, Out y) {
    a.apply(x, y);
    a.apply_adjoint(x, y);
};

template <class A>
inline constexpr bool reads_entries = multiplies<A, const_block, mutable_block>;
template <class A>
using operand = std::conditional_t<reads_entries<A>, const_block, block_in>;
template <class A>
using image = std::conditional_t<reads_entries<A>, mutable_block, block_out>;

}  // namespace detail

template <class A>
concept linear_operator = detail::multiplies<A, detail::operand<A>, detail::image<A>> && requires(const A& a) {
    { a.rows() } -> std::convertible_to<std::int64_t>;
    { a.cols() } -> std::convertible_to<std::int64_t>;
};

template <class A>
concept entrywise_operator =
    linear_operator<A> && requires(const A& a, detail::operand<A> x, detail::image<A> y, entry_map f) {
        a.apply(f, x, y);
        a.apply_adjoint(f, x, y);
        { a.row_terms() } -> std::convertible_to<std::int64_t>;
        { a.column_terms() } -> std::convertible_to<std::int64_t>;
    };

template <class A>
concept fusing_operator = entrywise_operator<A> &&
                          requires(const A& a, entry_map f, detail::operand<A> x, detail::image<A> y, panel_task then) {
                              a.apply(f, x, y, then);
                              a.apply_adjoint(f, x, y, then);
                          };

template <class A>
concept sweeping_operator =
    fusing_operator<A> && requires(const A& a, detail::operand<A> x, detail::image<A> y, panel_task between) {
        { a.one_sweep() } -> std::convertible_to<bool>;
        a.apply_both(x, y, y, between);
    };

}  // namespace rhochain
