/** The content of a fresh store. Visits are relative to the start, so that the sample never looks outdated. */
export const VETS = [
  { firstName: "Amara", lastName: "Okafor", specialties: ["surgery", "dentistry"] },
  { firstName: "Mateo", lastName: "Rivas", specialties: ["radiology"] },
  { firstName: "Seo-yeon", lastName: "Baek", specialties: ["birds", "reptiles"] },
  { firstName: "Ingrid", lastName: "Solheim", specialties: ["horses"] },
  { firstName: "Tom", lastName: "Ashdown", specialties: [] },
];

export const OWNERS = [
  {
    owner: ["Grace", "Adeyemi", "12 Orchard Lane", "Millbrook", "555 0101"],
    pets: [
      {
        pet: ["Biscuit", "2019-04-18", "dog"],
        visits: [
          [-210, "Rabies booster"],
          [-12, "Limping, left front paw"],
        ],
      },
      { pet: ["Pepper", "2021-09-02", "cat"], visits: [[-45, "Yearly check-up"]] },
    ],
  },
  {
    owner: ["Min-jun", "Choi", "88 Harbour Road", "Port Ellis", "555 0102"],
    pets: [{ pet: ["Mandu", "2022-01-30", "hamster"], visits: [] }],
  },
  {
    owner: ["Elena", "D'Amico", "3 Station Square", "Millbrook", "555 0103"],
    pets: [
      {
        pet: ["Otto", "1998-06-11", "tortoise"],
        visits: [
          [-330, "Shell check"],
          [21, "Weighing before winter"],
        ],
      },
    ],
  },
  {
    owner: ["Jonas", "Lindqvist", "47 Mill Street", "Fairwater", "555 0104"],
    pets: [
      { pet: ["Saga", "2015-05-25", "horse"], visits: [[-60, "Hoof trim and dental check"]] },
      { pet: ["Fenris", "2020-12-06", "dog"], visits: [] },
    ],
  },
  {
    owner: ["Priya", "Raman", "9 Temple Close", "Port Ellis", "555 0105"],
    pets: [{ pet: ["Kiwi", "2023-03-14", "bird"], visits: [[-8, "Feather loss"]] }],
  },
  {
    owner: ["Samuel", "Brandt", "150 Hill View", "Fairwater", "555 0106"],
    pets: [
      {
        pet: ["Clover", "2022-07-19", "rabbit"],
        visits: [
          [-100, "Neutering"],
          [-93, "Stitches out"],
        ],
      },
    ],
  },
  { owner: ["Aiko", "Tanabe", "21 Bridge Walk", "Millbrook", "555 0107"], pets: [] },
  {
    owner: ["Oluwaseun", "Bakare", "6 Quarry Road", "Stonefield", "555 0108"],
    pets: [{ pet: ["Ziggy", "2021-02-08", "lizard"], visits: [[-150, "Diet advice"]] }],
  },
  {
    owner: ["Hannah", "Weiss", "33 Linden Avenue", "Stonefield", "555 0109"],
    pets: [
      {
        pet: ["Momo", "2018-10-27", "cat"],
        visits: [
          [-400, "Vaccination"],
          [-35, "Teeth cleaning"],
        ],
      },
      { pet: ["Lulu", "2018-10-27", "cat"], visits: [[-400, "Vaccination"]] },
    ],
  },
  {
    owner: ["Diego", "Fuentes", "74 Market Place", "Port Ellis", "555 0110"],
    pets: [
      {
        pet: ["Rayo", "2017-08-03", "dog"],
        visits: [
          [-5, "Ear infection"],
          [9, "Follow-up"],
        ],
      },
    ],
  },
  {
    owner: ["Ruth", "Kamau", "18 Valley Road", "Fairwater", "555 0111"],
    pets: [{ pet: ["Simba", "2020-05-05", "cat"], visits: [] }],
  },
  {
    owner: ["Noah", "Petit", "2 Church Row", "Millbrook", "555 0112"],
    pets: [{ pet: ["Noodle", "2021-11-11", "snake"], visits: [[-70, "Shedding problems"]] }],
  },
];
