/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FILMGATE_CYAML_SHIM_H
#define FILMGATE_CYAML_SHIM_H
#include <yaml.h>
#endif
