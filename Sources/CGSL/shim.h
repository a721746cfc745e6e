#pragma once

// GSL's headers only: an OpenBLAS header beside them clashes (both define CBLAS_TRANSPOSE).
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_deriv.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_multifit.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_multiroots.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_poly.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>

// Swift 6 refuses C's global variables; these hand out the algorithms they name.
static inline const gsl_root_fsolver_type *shim_root_brent(void) { return gsl_root_fsolver_brent; }
static inline const gsl_min_fminimizer_type *shim_min_brent(void) { return gsl_min_fminimizer_brent; }
static inline const gsl_multiroot_fsolver_type *shim_multiroot_hybrids(void) {
  return gsl_multiroot_fsolver_hybrids;
}
static inline const gsl_multimin_fminimizer_type *shim_multimin_simplex(void) {
  return gsl_multimin_fminimizer_nmsimplex2;
}
static inline const gsl_multimin_fdfminimizer_type *shim_multimin_bfgs(void) {
  return gsl_multimin_fdfminimizer_vector_bfgs2;
}
static inline const gsl_odeiv2_step_type *shim_odeiv2_rk8pd(void) { return gsl_odeiv2_step_rk8pd; }
static inline const gsl_odeiv2_step_type *shim_odeiv2_rkf45(void) { return gsl_odeiv2_step_rkf45; }
