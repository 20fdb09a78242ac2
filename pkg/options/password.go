package options

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// hasPassword reports whether a shell command has a password in it, in one of the usual
// spellings. What the shell puts in from a variable, a file or another command is none.
func hasPassword(command string) bool {
	return slices.ContainsFunc(password.FindAllStringSubmatch(command, -1), func(found []string) bool {
		return !slices.Contains(switches, strings.ToLower(cmp.Or(found[1:]...)))
	})
}

// switches are values of options that only have "password" in their names.
var switches = []string{"0", "1", "on", "off", "true", "false", "yes", "no"}

const (
	// program is where the name of one may begin: with its folder or without, but not
	// within another name, such as /var/lib/mysql.
	program = `(?:^|[^\w/.-]|bin/)`
	// until are the arguments before the one that counts, up to the command's end.
	until = `\s(?:(?:[^|;&\n"']|"[^"]*"|'[^']*')*\s)?["']?`
	// value is a password.
	value = `["']?([^"'$` + "`" + `\s<>|;&()\\-][^"'\s|;&)]*)`
	// address is one with a password before its host.
	address = `://[^\s/@:"']*:([^\s/@:"'$` + "`" + `]+)@`
)

// password finds the options, variables and addresses that passwords are given by.
var password = regexp.MustCompile(`(?:` + strings.Join([]string{
	`(?i:--pass(?:word)?(?:=|\s+))`,
	`(?i:--[\w-]+-pass(?:word)?=)`,
	`(?:^|[^\w-])(?i:\w*(?:password|passwd|_pwd|rediscli_auth)\s?=\s?)`,
	program + `(?:mysql|mariadb)[a-z_-]*` + until + `-p`,
	program + `(?:mongo[a-z]*|cqlsh)` + until + `-p\s*`,
	program + `nodetool` + until + `-pw\s+`,
	program + `redis-cli` + until + `-a\s+`,
	program + `curl` + until + `(?:-[a-zA-Z]*u\s*|--user(?:=|\s+))["']?[^\s"':{]*:`,
}, `|`) + `)` + value + `|` + address)
