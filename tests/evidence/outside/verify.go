// Asks Go's own transparency-log packages: verify DIRECTORY VKEY OLD_CHECKPOINT INDEX ENTRY. Exit 0 when they accept.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type files struct{ directory string }

func (f files) Height() int { return 8 }

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.directory, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func open(path string, key note.Verifier) tlog.Tree {
	data, err := os.ReadFile(path)
	must(err)
	opened, err := note.Open(data, note.VerifierList(key))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	directory, old := os.Args[1], os.Args[3]
	key, err := note.NewVerifier(os.Args[2])
	must(err)
	newer, older := open(filepath.Join(directory, "checkpoint"), key), open(old, key)
	reader := tlog.TileHashReader(newer, files{directory})
	index, err := strconv.ParseInt(os.Args[4], 10, 64)
	must(err)
	proof, err := tlog.ProveRecord(newer.N, index, reader)
	must(err)
	must(tlog.CheckRecord(proof, newer.N, newer.Hash, index, tlog.RecordHash([]byte(os.Args[5]))))
	grown, err := tlog.ProveTree(newer.N, older.N, reader)
	must(err)
	must(tlog.CheckTree(grown, newer.N, newer.Hash, older.N, older.Hash))
}
