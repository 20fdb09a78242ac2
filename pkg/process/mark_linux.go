package process

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// Mark tells a process from all others that had or will have its number, here or on
// another machine of the same name: the boot, the space that the number is of, and
// when the process began. It is empty for one that is not there, or has ended.
func Mark(process int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return ""
	}
	// What is before the last bracket is the program's name, which may be anything.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const state, start = 0, 19
	if len(fields) <= start || string(fields[state]) == "Z" {
		return ""
	}
	boot, errBoot := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, errSpace := os.Readlink("/proc/self/ns/pid")
	if errBoot != nil || errSpace != nil {
		return ""
	}
	return fmt.Sprintf("%s %s %s", bytes.TrimSpace(boot), space, fields[start])
}

// SamePlace reports whether both marks are of one boot and one space of numbers.
func SamePlace(a, b string) bool {
	return a != "" && b != "" && a[:strings.LastIndexByte(a, ' ')+1] == b[:strings.LastIndexByte(b, ' ')+1]
}

// Exists is for processes without a mark, which there are none of here.
func Exists(int) bool { return false }
