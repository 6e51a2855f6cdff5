// All of rhochain. Layers, each using only those before it: storage, kernels, operators, krylov, spectra, chains.
#pragma once

#include <rhochain/chains/activation.hpp>
#include <rhochain/chains/chain_norm.hpp>
#include <rhochain/chains/covariant_vectors.hpp>
#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/gated_rollout.hpp>
#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/lyapunov.hpp>
#include <rhochain/chains/rollout_replay.hpp>
#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/components.hpp>
#include <rhochain/spectra/eigenpair.hpp>
#include <rhochain/spectra/norms.hpp>
#include <rhochain/spectra/perron.hpp>
#include <rhochain/spectra/scaled_norm.hpp>
#include <rhochain/spectra/spectral_norm.hpp>
#include <rhochain/spectra/spectral_radius.hpp>
#include <rhochain/version.hpp>
