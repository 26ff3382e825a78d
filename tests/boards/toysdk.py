# SPDX-License-Identifier: MIT
"""A small made-up tree with the layout and the formats of the board's SDK, none of its code.

Its makefiles copy files that stand for what the real ones compile, so that everything around them
can be tried where the SDK cannot be had.
"""

import hashlib
import struct
from pathlib import Path

from image.builders.required import read

BOARD = "build/boards/cv180x/cv1800b_milkv_duo_sd"
DEFCONFIG = "cvitek_cv1800b_milkv_duo_sd_defconfig"
DTS = "build/boards/default/dts"
ASKS = b"bootm ${uImage_addr}#config-cv1800b_milkv_duo_sd;\0root=root=/dev/mmcblk0p2 rootwait ro\0"

DDR_PARAM = b"stands for the DDR parameters".ljust(512, b"\0")
DDR_PARAM_SHA256 = hashlib.sha256(DDR_PARAM).hexdigest()

MAKEFILES = {
    "linux_5.10": """\
olddefconfig:
\t@grep -q CONFIG_TOY .config
Image:
\tmkdir -p arch/riscv/boot
\tcp kernel.bin arch/riscv/boot/Image
\tprintf '%016x D %s\\n' 4096 __init_begin 12288 __init_end >System.map
""",
    "u-boot-2021.10": """\
olddefconfig:
\t@true
u-boot.bin:
\tmkdir -p dts
\tcp loader.bin u-boot.bin
\techo $(CHIP)_$(CVIBOARD) > dts/dt.dtb
""",
    "opensbi": """\
all:
\ttest -f $(FW_FDT_PATH)
\tmkdir -p build/platform/generic/firmware
\tcp monitor.bin build/platform/generic/firmware/fw_dynamic.bin
# a line that nothing needs
""",
    "fsbl": """\
bl2:
\tgrep -q CVIMMAP_FREERTOS_SIZE ../memmap/cvi_board_memmap.h
\tmkdir -p build/cv180x
\tcp first.bin build/cv180x/bl2.bin
""",
}

PARAM2 = """\
struct fip_param2 {
    uint64_t magic1;
    uint32_t param2_cksum;
    uint32_t reserved1;
    uint32_t ddr_param[4];
    uint32_t blcp_2nd[4];
    uint32_t monitor[4];
    uint32_t loader_2nd_reserved0;
};
"""

# The nodes and labels that the board's device tree builds on.
BASE = """\
#include <dt-bindings/gpio/gpio.h>
/ {
\t#address-cells = <2>;
\t#size-cells = <2>;
\tmodel = "made up";
\tchosen { };
\taliases { serial0 = &uart0; };
\tcpus {
\t\t#address-cells = <1>;
\t\t#size-cells = <0>;
\t\tcpu@0 { device_type = "cpu"; reg = <0>; riscv,isa = "rv64imafdvcsu"; };
\t};
\tuart0: serial@04140000 { compatible = "snps,dw-apb-uart"; };
\tsd: cv-sd@4310000 { compatible = "cvitek,cv180x-sd"; };
\tusb: usb@04340000 { compatible = "cvitek,cv182x-usb"; dr_mode = "otg"; };
\tdmac: dma@0x4330000 { #dma-cells = <3>; };
\ti2s2: i2s@04120000 { #sound-dai-cells = <0>; };
\tadc: adc@0300A100 { compatible = "cvitek,cv182xaadc"; };
\tdac: dac@0300A000 { compatible = "cvitek,cv182xadac"; };
\tgpio@03022000 { portc: gpio-controller@2 { gpio-controller; #gpio-cells = <2>; }; };
\tcvitek-ion { compatible = "cvitek,cvitek-ion"; };
};
"""


def kernel_image(memory: int = 3 << 20) -> bytes:
    """A RISC-V Image of that size in memory, with nothing in it."""
    head = struct.pack("<8xQQ24x8s4s4x", 0x200000, memory, b"RISCV\0\0\0", b"RSC\x05")
    return head + bytes(range(256)) * 400


def write(sdk: Path, required: Path) -> Path:
    """Make the tree. Its kernel has what `required` (the board's list) asks for."""
    loader = struct.pack("<4s4sIIQ8s", b"jump", b"BL33", 0, 0, 0x80200000, bytes(8)) + ASKS
    files: dict[str, bytes | str] = {
        f"{BOARD}/linux/{DEFCONFIG}": _symbols(required),
        f"{BOARD}/u-boot/{DEFCONFIG}": "CONFIG_TOY=y\n",
        f"{DTS}/cv180x/cv180x_base.dtsi": BASE,
        f"{DTS}/cv180x_riscv/cv180x_base_riscv.dtsi":
            '#include "cvi_board_memmap.h"\n'
            "/memreserve/ CVIMMAP_MONITOR_ADDR CVIMMAP_OPENSBI_SIZE;\n"
            '#include "cv180x_base.dtsi"\n',
        "linux_5.10/include/dt-bindings/gpio/gpio.h": "#define GPIO_ACTIVE_HIGH 0\n",
        "linux_5.10/arch/riscv/kernel/vector.S": "",
        "linux_5.10/kernel.bin": kernel_image(),
        "u-boot-2021.10/loader.bin": loader,
        "opensbi/monitor.bin": b"stands for OpenSBI",
        "fsbl/first.bin": b"stands for FSBL",
        "fsbl/plat/cv180x/bl2/bl2_opt.c": "",
        "fsbl/plat/cv180x/include/bl2.h": PARAM2,
        "fsbl/test/cv181x/ddr_param.bin": DDR_PARAM,
        **{f"{folder}/Makefile": text for folder, text in MAKEFILES.items()},
    }  # fmt: skip
    for name, content in files.items():
        path = sdk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return sdk


def _symbols(required: Path) -> str:
    lines = [f"{row.symbol}=y" for row in read(required) if row.value == "y"]
    return "\n".join(["CONFIG_TOY=y", *lines, ""])
