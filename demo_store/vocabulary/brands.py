"""The invented makers: name, price level, character and the names they give their models.

A level of 0.7 is a thrifty brand, 1.0 the middle of the shop and 1.4 a fine one. The character is one line
for whoever edits the vocabularies: it says what the brand should feel like.
"""

from __future__ import annotations

from shop import Brand

ROWS = """
Brindle | 1.05 | dependable family camping | Alder Rowan Sorrel Juniper Bracken Hawthorn Larch Teasel Yarrow Sedge Burdock Campion Tansy
Tarnhollow | 1.42 | light mountain kit for people who weigh everything | Scarp Cornice Couloir Moraine Serac Spur Nunatak Esker Cirque Drumlin Firn Talus
Packwell | 0.72 | cheap and cheerful first kit | Rambler Roamer Drifter Ambler Dawdler Jaunter Tripper Vagabond Stopover Detour Byway Loiter
Ostrey | 1.18 | light and warmth in the dark | Glimmer Taper Wick Ember Flare Cinder Halo Dusk Gloaming Flicker Afterglow Beam
Corrieknit | 1.32 | knitwear and weather layers from a cold coast | Skerry Machair Croft Bothy Curlew Plover Dunlin Saltmarsh Tideline Heron Gannet Shieling
Tamsin Row | 0.95 | everyday clothes with quiet colours | Avery Maren Juno Ellis Wren Casey Linden Marlow Perrin Blythe Sage Tilda
Stridebeck | 1.1 | shoes for long paths | Fellside Towpath Bridleway Causeway Holloway Greenway Ridgeback Sheepfold Gritstone Packhorse Cobble Milestone
Hobnail & Hare | 1.35 | resoleable, carefully lasted footwear | Dapple Bounder Leveret Fallow Harrow Furrow Thicket Burrow Warren Stubble Covert Gorse
Larkspring | 0.72 | basics for the whole family | Breeze Pippin Jolly Merry Nimble Clover Poppy Minnow Bobbin Skip Patch Button
Pellow & Fitch | 1.4 | serious cookware in sober colours | Belgrove Marchmont Ardley Wexcombe Holbeck Tarrant Cranmore Lydford Selworthy Kenton Oakhanger Brambridge
Copperwren | 1.05 | warm, slightly old-fashioned kitchen things | Simmer Pestle Crumb Saffron Thyme Nutmeg Fennel Caraway Clove Marjoram Juniper Bay
Tuckbox | 0.7 | small kitchens, small budgets | Daily Handy Snappy Tidy Snug Brisk Ready Little Quick Spare Chirpy Merry
Brewsmith Lane | 1.22 | tea and coffee people | Bloom Arabesque Doppio Lungo Ristretto Macchia Demitasse Cupping Flatwhite Steep Darjeel Noontide
Voxtern | 1.2 | sound first | Aria Cadence Octave Timbre Tremolo Fermata Ostinato Legato Motif Rondo Coda Quaver
Kestro | 1.12 | sensible computers and parts | Vertex Axiom Vector Lattice Scalar Integral Radian Cosine Modulo Locus Datum Sigma
Nuvarra | 1.4 | polished, pricey electronics | Solstice Perigee Apogee Umbra Parallax Transit Ecliptic Albedo Aphelion Penumbra Analemma Zodiacal
Bitwell | 0.72 | small electronics at small prices | Pip Dot Zip Nub Hop Pop Jot Dash Blip Fizz Bop Tick
Hearthby | 1.0 | comfortable rooms | Inglenook Parlour Landing Larder Veranda Alcove Mantel Lintel Fireside Gable Dormer Scullery
Moorcote | 1.25 | natural fibres and muted dyes | Heather Peat Lapwing Tarn Beck Cairn Fern Ling Moss Cottongrass Sundew Whin
Clearwick | 1.15 | quiet appliances for clean air and floors | Zephyr Whisper Gust Hush Eddy Sirocco Mistral Lull Waft Drift Calm Stillwater
Plainhouse | 0.72 | plain shapes for a first flat | Basis Plinth Arc Bevel Frame Line Square Form Ridge Node Slat Grid
Thistlebarrow | 1.12 | old garden skills, good steel | Cowslip Foxglove Comfrey Lovage Borage Sweetbriar Hollyhock Larkspur Columbine Mallow Speedwell Betony
Greenwether | 0.88 | everyday gardening | Orchard Paddock Glade Arbour Trellis Hedgerow Cloche Parterre Spinney Copse Hurdle Meadow
Strivane | 1.1 | training kit for regulars | Tempo Surge Tally Relay Vault Stamina Rally Baton Podium Splits Interval Heat
Pacewell | 0.76 | starting out, at home | Starter Steady Active Flow Balance Loop Gentle Warmup Uplift Rhythm Even Spring
Velorane | 1.22 | cycling with manners | Soigneur Domestique Randonneur Bidon Musette Echelon Grimpeur Rouleur Sportive Derny Lanterne Tifosi
Puddlewick | 0.95 | bright toys that get used up | Hopscotch Marbles Tiddlywink Kite Skipalong Pogo Bubbles Piggyback Jumble Rumpus Pinwheel Seesaw
Tumbledoe | 1.2 | wooden and woven toys | Marigold Buttercup Acorn Conker Mulberry Hazel Chestnut Bilberry Damson Quince Medlar Rosehip
Lanternfold | 1.05 | games for evenings in | Foxfire Harbourmaster Mapmaker Nightmarket Tidewater Orchardkeep Cloudherd Saltroad Beekeepers Glasshouse Ferrymen Moonrise
Deskerly | 1.0 | orderly desks | Memo Ledger Folio Docket Index Margin Quorum Agenda Bureau Annex Minute Roster
Inkwright | 1.25 | paper, keys and a proper chair | Vellum Serif Italic Colophon Octavo Quarto Recto Verso Ampersand Pilcrow Obelus Tilde
Farrowgate | 1.2 | luggage for people who take trains | Terminus Concourse Gangway Layover Junction Sleeper Turnstile Carriage Viaduct Quayside Signalbox Buffer
Skylarker | 0.78 | light bags for cheap tickets | Hopper Swallow Starling Finch Linnet Pipit Siskin Redwing Fieldfare Bunting Chaffinch Wheatear
Barkenby | 1.0 | sturdy things for dogs | Rufus Biscuit Tess Monty Pepper Scout Mabel Otto Dexter Nell Rolo Gus
Whiskerow | 1.08 | comfort for cats | Mitten Pounce Tabby Saucer Velvet Sable Marmalade Smudge Tiptoe Cobweb Truffle Pumpkin
Sorrelle | 1.2 | calm bathroom shelves | Dew Satin Opal Pearl Lustre Silk Mist Petal Gloss Amber Ripple Cove
Fennimore Shaw | 1.0 | barbershop manners | Regent Duke Baron Earl Squire Marquis Viscount Captain Ensign Warden Provost Bailiff
Ironbeck | 1.18 | workshop tools that get lent out | Anvil Rivet Mallet Tenon Mortise Dovetail Spindle Gimlet Forge Trestle Bradawl Spokeshave
Stoutfast | 0.76 | home repairs without fuss | Grip Turn Lever Bracket Latch Hasp Cleat Shim Toggle Wedge Clasp Prop
"""  # noqa: E501


def read_brands() -> dict[str, Brand]:
    """The brands by name."""
    brands = {}
    for row in ROWS.strip().splitlines():
        name, level, character, models = (part.strip() for part in row.split("|"))
        brands[name] = Brand(name, float(level), character, tuple(models.split()))
    return brands


BRANDS = read_brands()
