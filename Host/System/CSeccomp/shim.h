/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FILMGATE_CSECCOMP_SHIM_H
#define FILMGATE_CSECCOMP_SHIM_H
#include <seccomp.h>
#endif
