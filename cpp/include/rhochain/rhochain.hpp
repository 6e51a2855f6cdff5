// All of rhochain. Layers, each using only those before it: storage, kernels, operators, krylov, spectra, chains.
#pragma once

#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/chains/measures/covariant_vectors.hpp>
#include <rhochain/chains/measures/lyapunov.hpp>
#include <rhochain/chains/trajectories/activation.hpp>
#include <rhochain/chains/trajectories/gated_rollout.hpp>
#include <rhochain/chains/trajectories/rollout_replay.hpp>
#include <rhochain/kernels/products/single_precision.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/growth/numerical_radius.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/eigenpair.hpp>
#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include <rhochain/version.hpp>
