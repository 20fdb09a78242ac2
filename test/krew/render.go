package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var sumOf = regexp.MustCompile(`SHA256_(\w+?)_(\w+)`)

// render fills the template in. Its comments are for whoever edits it.
func render(template, version, dist string) (string, error) {
	var lines []string
	for line := range strings.Lines(template) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	number := strings.TrimPrefix(version, "v")
	text := strings.NewReplacer("VERSION", version, "NUMBER", number).Replace(strings.Join(lines, ""))
	var failed error
	text = sumOf.ReplaceAllStringFunc(text, func(word string) string {
		platform := sumOf.FindStringSubmatch(word)
		sum, err := sumOfArchive(filepath.Join(dist, fmt.Sprintf("kubectl-sts_%s_%s_%s", number, platform[1], platform[2])))
		if err != nil && failed == nil {
			failed = err
		}
		return sum
	})
	return text, failed
}

// sumOfArchive is the checksum of the archive whose name begins so: which kind
// it is depends on the platform.
func sumOfArchive(beginning string) (string, error) {
	for _, ending := range []string{".tar.gz", ".zip"} {
		content, err := os.ReadFile(beginning + ending)
		if os.IsNotExist(err) {
			continue
		}
		sum := sha256.Sum256(content)
		return hex.EncodeToString(sum[:]), err
	}
	return "", fmt.Errorf("there is no archive %s.tar.gz or .zip", beginning)
}
