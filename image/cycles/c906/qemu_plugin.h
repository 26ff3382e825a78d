// SPDX-License-Identifier: MIT
// What we use of QEMU's plugin interface, version 1 (QEMU 6.0): the distribution has no header for
// it.
#ifndef QEMU_PLUGIN_H
#define QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

struct qemu_info;
struct qemu_tb;
struct qemu_insn;

enum { QEMU_CB_NO_REGS = 0, QEMU_MEM_READ_WRITE = 3 };

typedef void (*qemu_tb_translated)(uint64_t id, struct qemu_tb *tb);
typedef void (*qemu_tb_executed)(unsigned cpu, void *data);
typedef void (*qemu_accessed)(unsigned cpu, uint32_t info, uint64_t address, void *data);
typedef void (*qemu_syscall)(uint64_t id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2,
                             uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7,
                             uint64_t a8);
typedef void (*qemu_exiting)(uint64_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, qemu_tb_translated callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_tb *tb, qemu_tb_executed callback, int flags,
                                          void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_insn *insn, qemu_accessed callback, int flags,
                                      int rw, void *data);
void qemu_plugin_register_vcpu_syscall_cb(uint64_t id, qemu_syscall callback);
void qemu_plugin_register_atexit_cb(uint64_t id, qemu_exiting callback, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_tb *tb);
struct qemu_insn *qemu_plugin_tb_get_insn(const struct qemu_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_insn *insn);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
_Bool qemu_plugin_mem_is_store(uint32_t info);

#endif
