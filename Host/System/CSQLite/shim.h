/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FILMGATE_CSQLITE_SHIM_H
#define FILMGATE_CSQLITE_SHIM_H
#include <sqlite3.h>
#endif
