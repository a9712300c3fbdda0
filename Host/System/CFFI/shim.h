/* SPDX-License-Identifier: Apache-2.0 */
/* libffi's basic types are mutable globals, which Swift 6 refuses to import; each function hands out one address.
   Ownership: static storage of libffi, never freed. Thread: any. */
#ifndef FILMGATE_CFFI_SHIM_H
#define FILMGATE_CFFI_SHIM_H
#include <ffi.h>
static inline ffi_type *_Nonnull filmgate_ffi_sint32(void) { return &ffi_type_sint32; }
static inline ffi_type *_Nonnull filmgate_ffi_uint32(void) { return &ffi_type_uint32; }
static inline ffi_type *_Nonnull filmgate_ffi_sint64(void) { return &ffi_type_sint64; }
static inline ffi_type *_Nonnull filmgate_ffi_uint64(void) { return &ffi_type_uint64; }
static inline ffi_type *_Nonnull filmgate_ffi_double(void) { return &ffi_type_double; }
static inline ffi_type *_Nonnull filmgate_ffi_pointer(void) { return &ffi_type_pointer; }
static inline ffi_type *_Nonnull filmgate_ffi_uint8(void) { return &ffi_type_uint8; }
#endif
