/* SPDX-License-Identifier: MIT */
#include "bench/machine/machine.h"

#include <hwloc.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void describe_caches(machine_info *machine, hwloc_topology_t topology) {
    const hwloc_obj_type_t types[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE};
    for (int level = 0; level < MACHINE_MAX_CACHES; level++) {
        hwloc_obj_t cache = hwloc_get_obj_by_type(topology, types[level], 0);
        if (!cache || cache->attr->cache.size == 0)
            break;
        int cores = hwloc_get_nbobjs_inside_cpuset_by_type(topology, cache->cpuset, HWLOC_OBJ_CORE);
        machine->caches[level].bytes = cache->attr->cache.size;
        machine->caches[level].cores = cores > 0 ? cores : 1;
        machine->cache_count = level + 1;
    }
}

/* Asks the system and not hwloc, which counts the memory of NUMA nodes alone: a guest's need not be
 * in one. */
static size_t total_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : 0;
}

/* Reads one size_t or text from the first line of a file that `format` matches. Returns false where
 * no line does. */
static bool scan_file(const char *path, const char *format, void *value) {
    char line[PATH_MAX];
    bool found = false;
    FILE *file = fopen(path, "r");
    while (file && !found && fgets(line, sizeof line, file))
        found = sscanf(line, format, value) == 1;
    if (file)
        fclose(file);
    return found;
}

static size_t smaller_limit(size_t a, size_t b) {
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Returns the least memory.max of this process's control group and of those around it, or 0 where
 * there is no limit. */
static size_t group_memory(void) {
    char group[PATH_MAX], path[PATH_MAX + 64];
    size_t least = 0;
    if (!scan_file("/proc/self/cgroup", "0::%4095s", group))
        return 0;
    for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
        size_t limit = 0;
        *end = '\0';
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", group);
        if (scan_file(path, "%zu", &limit))
            least = smaller_limit(least, limit);
    }
    return least;
}

size_t machine_available_memory(void) {
    size_t kib = 0;
    bool known = scan_file("/proc/meminfo", "MemAvailable: %zu kB", &kib);
    return smaller_limit(known ? kib * 1024 : total_memory(), group_memory());
}

/* A hypervisor may call CPUs of several generations by one name, without a number but that of its
 * frequency, behind an @. */
static void name_cpu(machine_info *machine, hwloc_obj_t package) {
    const char *model = hwloc_obj_get_info_by_name(package, "CPUModel");
    const char *family = hwloc_obj_get_info_by_name(package, "CPUFamilyNumber");
    const char *number = hwloc_obj_get_info_by_name(package, "CPUModelNumber");
    const bool numbered = model && strcspn(model, "0123456789") < strcspn(model, "@");
    if (model && family && number && !numbered)
        snprintf(machine->cpu, sizeof machine->cpu, "%s, family %s model %s", model, family,
                 number);
    else if (model)
        snprintf(machine->cpu, sizeof machine->cpu, "%s", model);
}

static void describe_topology(machine_info *machine, hwloc_topology_t topology) {
    int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    if (cores < 1)
        cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    machine->cores = cores < 1 ? 1 : cores;
    hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
    if (package)
        name_cpu(machine, package);
    describe_caches(machine, topology);
}

void machine_describe(machine_info *machine) {
    *machine = (struct machine_info){.cpu = "unknown", .cores = 1, .memory = total_memory()};
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology) != 0)
        return;
    hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM |
                                           HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING);
    if (hwloc_topology_load(topology) == 0)
        describe_topology(machine, topology);
    hwloc_topology_destroy(topology);
}

size_t machine_cache_bytes(const machine_info *machine, int level, int threads) {
    int cores = threads < machine->cores ? threads : machine->cores;
    int sharing = machine->caches[level].cores;
    return (size_t)((cores + sharing - 1) / sharing) * machine->caches[level].bytes;
}

void machine_caches_text(const machine_info *machine, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < machine->cache_count && used < size; i++) {
        size_t kib = machine->caches[i].bytes / 1024;
        bool whole_mib = kib % 1024 == 0;
        used += (size_t)snprintf(text + used, size - used, "%sL%d %zu %s", i ? ", " : "", i + 1,
                                 whole_mib ? kib / 1024 : kib, whole_mib ? "MiB" : "KiB");
        if (machine->caches[i].cores > 1 && used < size)
            used += (size_t)snprintf(text + used, size - used, " for %d cores",
                                     machine->caches[i].cores);
    }
    if (machine->cache_count == 0)
        snprintf(text, size, "unknown");
}
